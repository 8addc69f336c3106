"""网站设置 in the staff shell: what the disclosure office chooses for the public site."""
