"""What this room records in the ledger, in words."""

labels = {
    "vault.rotate": "启用新的数据密钥",
    "vault.resealed": "用新密钥重新加密",
    "vault.destroy": "销毁停用的数据密钥",
    "vault.rewrap": "更换主密钥",
    "vault.sweep": "清除无主的密文文件",
}
