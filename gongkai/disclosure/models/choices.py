"""The words that an item chooses from, and where it may stand."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    """Where the item as a whole stands; `step` says where its newest version is.

    DRAFT, IN_REVIEW, RETURNED and SCHEDULED are of an item that was never published nor decided
    upon. A published (expired, withdrawn, decided) item with a new version under way keeps its
    status until that version is approved.
    """

    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "退回修改"
    SCHEDULED = "scheduled", "待定时发布"
    PUBLISHED = "published", "已发布"
    EXPIRED = "expired", "已到期下架"
    WITHDRAWN = "withdrawn", "已撤回"
    DECIDED = "decided", "已定为不主动公开"


class DocumentKind(models.TextChoices):
    """文件类别."""

    REGULATION = "regulation", "规章"
    NORMATIVE = "normative", "行政规范性文件"
    POLICY = "policy", "其他政策文件"
    WORK = "work", "工作文件"
    INTERPRETATION = "interpretation", "政策解读"
    INFORMATION = "information", "非公文信息"


class Genre(models.TextChoices):
    """公文种类: the fifteen of 《党政机关公文处理工作条例》 and 其他."""

    RESOLUTION = "resolution", "决议"
    DECISION = "decision", "决定"
    ORDER = "order", "命令（令）"
    COMMUNIQUE = "communique", "公报"
    ANNOUNCEMENT = "announcement", "公告"
    CIRCULAR = "circular", "通告"
    OPINION = "opinion", "意见"
    NOTICE = "notice", "通知"
    NOTIFICATION = "notification", "通报"
    REPORT = "report", "报告"
    REQUEST = "request", "请示"
    REPLY = "reply", "批复"
    BILL = "bill", "议案"
    LETTER = "letter", "函"
    MINUTES = "minutes", "纪要"
    OTHER = "other", "其他"


class DisclosureAttribute(models.TextChoices):
    """公开属性 (Art. 13)."""

    PROACTIVE = "proactive", "主动公开"
    ON_REQUEST = "on_request", "依申请公开"
    WITHHELD = "withheld", "不予公开"


class InterpretationForm(models.TextChoices):
    """解读形式; the website's annual statement parts texts from products (图解、视频 …)."""

    TEXT = "text", "文字"
    CHART = "chart", "图解"
    QUESTIONS = "questions", "问答"
    VIDEO = "video", "视频、动画"
    PRESS = "press", "新闻发布会"
    EXPERT = "expert", "专家解读"
    MEDIA = "media", "媒体评论"


UNPUBLISHED = frozenset({Status.DRAFT, Status.IN_REVIEW, Status.RETURNED, Status.SCHEDULED})
"""Of an item that the public never saw: its row is its latest draft."""
