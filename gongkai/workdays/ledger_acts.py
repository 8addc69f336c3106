"""What this room records in the ledger, in words."""

labels = {"calendar.accept": "接受放假通知"}
