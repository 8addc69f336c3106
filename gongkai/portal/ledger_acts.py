"""What this room records in the ledger, in words."""

labels = {"portal.preferences": "修改网站设置"}
