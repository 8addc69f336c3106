"""What this room records in the ledger, in words."""

labels = {
    "desk.remind": "发送待办提醒",
}
