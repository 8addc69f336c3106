"""The disclosure platform (政府信息公开平台): columns, bodies, topics, key fields, the catalogue."""
