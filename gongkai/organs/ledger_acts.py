"""What this room records in the ledger, in words."""

labels = {
    "organs.create": "建立机构",
    "organs.update": "修改机构",
    "organs.move": "移动机构",
    "organs.abolish": "撤销机构",
    "organs.import": "导入机构",
    "organs.export": "导出机构或人员",
    "staff.create": "建立账号",
    "staff.update": "修改账号",
    "staff.own_account": "修改本人账号",
    "staff.set_password": "重置密码",
    "staff.deactivate": "停用账号",
    "staff.reactivate": "启用账号",
    "staff.grant": "授予角色",
    "staff.end": "终止角色",
    "staff.appoint_deputy": "委托代理",
    "staff.revoke_deputy": "撤销代理",
    "staff.login": "登录",
    "staff.logout": "退出",
    "ledger.export": "导出台账",
}
