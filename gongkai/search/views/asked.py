"""What people ask, and what they ask in vain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from gongkai.organs.staff_views import Column, ScopedListView
from gongkai.search import asking
from gongkai.search.forms import PeriodForm
from gongkai.search.models import AskedWords
from gongkai.search.views.base import SearchView

USUAL: Final = timedelta(days=90)
RULE: Final = (
    f"只按天计数，不记录是谁搜的；含有电话、证件号码的不计。"
    f"在不同日子里合计搜过{asking.OCCASIONS}次以上的才列出。"
)


_TEXT = Column("text", "搜索词", value=lambda row: row["text"], wide=True)
_ASKED = Column("asked", "搜索次数", sort="asked", value=lambda row: row["asked"], numeric=True)
_NOTHING = Column(
    "nothing", "无结果次数", sort="nothing", value=lambda row: row["nothing"], numeric=True
)
_DAYS = Column("days", "天数", sort="days", value=lambda row: row["days"], numeric=True)
_ADD = Column("add", "操作", value=lambda row: "加同义词", link=True)


class _Counted(SearchView, ScopedListView):
    model = AskedWords
    template_name = "gongkai/search/asked.html"
    empty_only = False
    search_fields = ("text",)
    search_hint = "搜索词"
    paginate_by = 50

    def get_queryset(self) -> Any:
        asking.flush()
        self.form = PeriodForm(self.request.GET or None)
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        self.since = cleaned.get("since") or timezone.localdate() - USUAL
        self.until = cleaned.get("until")
        return asking.counted(self.since, self.until, empty=self.empty_only)

    def get_ordering(self) -> list[str]:
        sort = self.get_sort()
        return [*([sort] if sort else self.ordering), "text"]

    def get_url(self, obj: Any) -> str:
        """Where the last column leads: a new group with the word filled in."""
        if not self.manages:
            return ""
        return f"{self.url('synonym_create')}?{urlencode({'words': obj['text']})}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["filter_form"] = self.form if self.form.is_bound else PeriodForm()
        context["narrowed"] = any(self.request.GET.get(n) for n in ("q", "since", "until"))
        context["since"], context["until"] = self.since, self.until
        return context


class EmptyList(_Counted):
    title = "搜不到的词"
    tab = "index"
    empty_only = True
    intro = f"群众搜了却没有结果的词：缺同义词的补上，该公开的公开。{RULE}"
    columns = (_TEXT, _NOTHING, _ASKED, _DAYS, _ADD)
    export_columns = (_TEXT, _NOTHING, _ASKED, _DAYS)
    ordering = ("-nothing",)
    empty_text = "这段时间没有搜不到的词。"


class AskedList(_Counted):
    title = "常搜的词"
    tab = "asked"
    intro = f"群众搜得最多的词，首页的热门搜索按最近90天统计。{RULE}"
    columns = (_TEXT, _ASKED, _NOTHING, _DAYS, _ADD)
    export_columns = (_TEXT, _ASKED, _NOTHING, _DAYS)
    ordering = ("-asked",)
    empty_text = "还没有足够的搜索。搜索过几天后，这里按次数列出。"
