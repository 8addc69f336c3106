"""试一试: how a question is understood, and what it finds. Nothing is counted or kept."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpResponse

from gongkai.organs.staff_views import ServiceFormView
from gongkai.search import language, queries
from gongkai.search.documents import Query
from gongkai.search.forms import TrialForm
from gongkai.search.views.base import SearchView

SHOWN = 10
_NUMBER = re.compile(r"(?:\d{4}|令)n\d+$")


class TryView(SearchView, ServiceFormView):
    """The answer is the page itself."""

    title = "试一试"
    tab = "try"
    form_class: type[forms.Form] = TrialForm
    template_name = "gongkai/search/try.html"
    submit_label = "搜一下"
    intro = "看一句话被怎样理解、用了哪些同义词、找到什么。这里的搜索不计数。"

    def form_valid(self, form: Any) -> HttpResponse:
        text = form.cleaned_data["text"]
        results = queries.search(Query(text=text, per_page=SHOWN))
        parsed = language.parse(results.read_as or text)
        found = {
            "text": text,
            "results": results,
            "numbers": parsed.numbers,
            "phrases": parsed.phrases,
            "excluded": parsed.excluded,
            "clauses": [
                [(" ".join(way.tokens), way.weight < 1) for way in clause.alternatives]
                for clause in parsed.clauses
                # A number's own token says nothing to people; the number stands above.
                if not _NUMBER.search(clause.alternatives[0].tokens[0])
            ],
        }
        return self.render_to_response(self.get_context_data(form=form, found=found))

    def get_cancel_url(self) -> str:
        return ""
