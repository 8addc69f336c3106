"""What this room records in the ledger, in words."""

labels = {
    "foi.receive": "登记政府信息公开申请",
    "foi.event": "登记办理事项",
    "foi.import": "导入政府信息公开申请",
    "foi.recompute": "重算答复期限",
    "foi.export": "导出政府信息公开申请",
    "foi.remedy.open": "登记复议、诉讼案件",
    "foi.remedy.conclude": "登记案件审结",
    "foi.remedy.correct": "更正案件登记",
    "foi.remedy.void": "作废案件登记",
}
