"""What this room records in the ledger, in words."""

labels = {
    "reports.create": "建立年度报告",
    "reports.write": "修改年度报告文字",
    "reports.declare": "填报数字",
    "reports.undeclare": "撤回填报的数字",
    "reports.answer": "答复疑点",
    "reports.explain": "修改更正说明",
    "reports.submit": "提交年度报告",
    "reports.return": "退回年度报告",
    "reports.accept": "审核通过年度报告",
    "reports.publish": "发布年度报告",
    "reports.correct": "更正已发布的年度报告",
}
