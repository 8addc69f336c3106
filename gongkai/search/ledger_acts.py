"""What this room records in the ledger, in words."""

labels = {
    "search.synonym.add": "添加同义词",
    "search.synonym.change": "修改同义词",
    "search.synonym.switch_on": "启用同义词",
    "search.synonym.switch_off": "停用同义词",
    "search.synonym.delete": "删除同义词",
    "search.synonym.import": "导入同义词",
    "search.curated.change": "修改推荐搜索词",
    "search.export": "导出检索情况",
}
