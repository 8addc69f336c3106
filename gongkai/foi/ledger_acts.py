"""What this room records in the ledger, in words."""

labels = {
    "foi.receive": "登记政府信息公开申请",
    "foi.event": "登记办理事项",
    "foi.import": "导入政府信息公开申请",
    "foi.recompute": "重算答复期限",
    "foi.export": "导出政府信息公开申请",
    "foi.intake.record": "登记来件",
    "foi.intake.contact": "记录与申请人的联系",
    "foi.intake.confirmed": "确认来件为申请",
    "foi.intake.set_aside": "来件不作为申请办理",
    "foi.intake.forwarded": "转交来件",
    "foi.intake.passed_on": "收到其他机关转交的来件",
    "foi.intake.withdrawn": "申请人撤回来件",
    "foi.intake.code": "更换查询码",
    "foi.reveal": "查看申请人信息",
    "foi.remedy.open": "登记复议、诉讼案件",
    "foi.remedy.conclude": "登记案件审结",
    "foi.remedy.correct": "更正案件登记",
    "foi.remedy.void": "作废案件登记",
}
