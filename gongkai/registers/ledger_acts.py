"""What this room records in the ledger, in words."""

from gongkai.registers.registry import DOCUMENTS, ITEMS, REGISTERS

_ALL = {"create": "登记", "void": "作废", "restore": "恢复", "import": "导入"}
_OWN = {
    ITEMS.name: {"update": "修改", "end": "终止"},
    DOCUMENTS.name: {"update": "修改", "repeal": "废止"},
}

labels = {
    f"registers.{register.name}.{verb}": f"{word}{register.label}"
    for register in REGISTERS.values()
    for verb, word in (_ALL | _OWN.get(register.name, {"correct": "更正"})).items()
} | {"registers.export": "导出行政行为登记"}
