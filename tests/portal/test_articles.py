"""Articles of the law and marks of language on pages in English."""

import pytest
from django.utils import timezone, translation

from gongkai.portal import articles
from gongkai.portal.templatetags.portal import record_lang
from gongkai.statute import proactive
from gongkai.statute.parameters import parameter

ENGLISH = [
    ("条例第三十一条", "Regulations, Article 31"),
    ("条例第三十三条第二款", "Regulations, Article 33 paragraph 2"),
    ("条例第三十二条、条例第三十四条", "Regulations, Article 32; Regulations, Article 34"),
    ("信息处理费管理办法第六条", "Measures on Information Handling Fees, Article 6"),
    (
        "复议法第二十三条第一款第四项、第二款、行诉法第四十五条",
        "Administrative Review Law, Article 23 paragraph 1 item 4 and paragraph 2; "
        "Administrative Litigation Law, Article 45",
    ),
]


@pytest.mark.parametrize(("printed", "english"), ENGLISH)
def test_an_article_is_told_in_the_language_of_the_page(printed, english):
    with translation.override("en"):
        assert articles.told(printed) == english
    with translation.override("zh-hans"):
        assert articles.told(printed) == printed


def test_an_article_of_a_law_without_an_english_name_stays_as_it_is_printed():
    with translation.override("en"):
        assert articles.told("放假办法第二条") == "放假办法第二条"


@pytest.mark.parametrize(
    ("printed", "value"),
    [("三", 3), ("十", 10), ("十四", 14), ("二十", 20), ("五十一", 51), ("一百一十二", 112)],
)
def test_chinese_numbers_of_articles_are_read(printed, value):
    assert articles.number(printed) == value


def test_every_article_that_the_public_platform_cites_has_its_english():
    today = timezone.localdate()
    cited = {item.article for item in proactive.ITEMS.values()} | {
        parameter(name, today).article
        for name in (
            "foi.correction_notice_days",
            "foi.answer_days",
            "foi.extension_days_max",
            "foi.third_party_days",
            "foi.organ_consult_days",
            "fee.by_item",
            "fee.by_page",
            "fee.payment_days",
            "review.days",
            "review.mandatory_first",
            "suit.months",
            "suit_after_review.days",
        )
    }
    with translation.override("en"):
        untold = {one for one in cited if articles.told(one) == one}
    assert untold == set()


def test_only_records_on_a_foreign_page_are_marked_as_chinese():
    with translation.override("en"):
        assert record_lang("义马市教育体育局") == ' lang="zh-Hans"'
        assert record_lang("Public bodies") == ""
    with translation.override("zh-hans"):
        assert record_lang("义马市教育体育局") == ""
