"""Personal data at rest (个人信息加密存储): sealed texts and files, keys, blind indexes.

Rooms above hold sealed bytes in columns of their own and call `gongkai.vault.sealing`.
"""
