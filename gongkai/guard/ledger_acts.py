"""What this room records in the ledger, in words."""

labels = {
    "guard.term.add": "添加审查词条",
    "guard.term.change": "修改审查词条",
    "guard.term.end": "停用审查词条",
    "guard.term.restore": "恢复审查词条",
    "guard.term.import": "导入审查词库",
    "guard.export": "导出审查词库",
}
