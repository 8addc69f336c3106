"""What this room records in the ledger, in words."""

labels = {
    "portal.preferences": "修改网站设置",
    "portal.moved.add": "登记旧网址",
    "portal.moved.remove": "删除旧网址登记",
    "portal.moved.import": "导入旧网址",
    "portal.moved.migrated": "按迁移记录补齐旧网址",
    "portal.export": "导出旧网址",
}
