"""What texts and questions become: words, numbers, one form for all ways of typing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.search import language
from gongkai.search.language.numbers import find_numbers
from gongkai.statute import document_numbers

pytestmark = pytest.mark.django_db

TEXTS = [
    "义马市人民政府办公室关于印发公共租赁住房管理办法的通知",
    "饮用水水源地水质监测结果，水利局负责解释。",
    "根据义政办〔2020〕3号文件，由张三丰负责南水北调covid19防控，经费3.5万元、1,000人。",
    "龘𠮷水",
]


def words(text):
    return {
        token for clause in language.parse(text).clauses for token in clause.alternatives[0].tokens
    }


# -- one form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("政府　信息\n公开", "政府 信息 公开"),
        ("義馬市醫療保險", "义马市医疗保险"),
        ("公租房😀👨‍👩‍👧\x00\u200b申请", "公租房 申请"),
        ("", ""),
    ],
)
def test_texts_come_into_one_form(typed, plain):
    assert language.normalise(typed) == plain


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(text):
    once = language.normalise(text)
    assert language.normalise(once) == once


# -- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_found_by_every_part_of_itself(text):
    """Recall does not depend on the cut: each substring's words are among the text's tokens."""
    plain = language.normalise(text)
    indexed = set(language.tokens(text))
    for start in range(len(plain)):
        for size in (1, 2, 3, 4, 6):
            part = plain[start : start + size].strip()
            if not part or part[0].isascii() or part[-1].isascii():
                continue
            parsed = language.parse(part, verbatim=True)
            if parsed.numbers:
                continue
            for clause in parsed.clauses:
                missing = [t for t in clause.alternatives[0].tokens if t not in indexed]
                loose = [t for t in missing if len(t) == 2 and t in plain]
                assert missing == loose, (part, missing)


def test_a_single_character_finds_the_words_that_have_it():
    assert words("水") == {"水"}
    for text in ("饮用水水源", "自来水", "水利局"):
        assert "水" in language.tokens(text)


def test_bodies_and_terms_of_the_law_are_single_words():
    assert words("依申请公开") == {"依申请公开"}
    assert "依申请公开" in language.tokens("关于做好依申请公开工作的通知")


def test_question_words_say_nothing_and_weak_ones_are_wished_for():
    parsed = language.parse("请问公租房怎么申请，需要什么材料？")
    assert [c.alternatives[0].tokens for c in parsed.clauses] == [("公租房",)]
    alone = language.parse("办理")
    assert [c.alternatives[0].tokens for c in alone.clauses] == [("办理",)]


def test_quotes_exclusions_and_operators():
    parsed = language.parse('公租房 -廉租房 "申请条件" AND 2020')
    assert parsed.phrases == ("申请条件",)
    assert parsed.excluded == ("廉租房",)
    assert "and" not in words("公租房 AND 2020")
    assert {"公租房", "2020"} <= words("公租房 AND 2020")


def test_a_thousand_characters_are_read_up_to_the_limit():
    parsed = language.parse("公租房" + "申请" * 500 + "尾")
    assert parsed.clauses
    assert len(parsed.clauses) <= 12
    assert "尾" not in {t for c in parsed.clauses for a in c.alternatives for t in a.tokens}


def test_the_subject_of_a_sentence_tells_more_than_the_words_of_every_question():
    parsed = language.parse("小区物业乱收费投诉渠道")
    by_word = {clause.alternatives[0].tokens: language.telling(clause) for clause in parsed.clauses}
    assert max(by_word, key=by_word.__getitem__) == ("小区", "物业")
    (weak,) = language.parse("办理").clauses
    assert language.telling(weak) == 0


@given(st.text(max_size=300))
def test_no_text_makes_the_language_fail(text):
    language.tokens(text)
    parsed = language.parse(text)
    language.parse(text, verbatim=True)
    assert all(language.telling(clause) >= 0 for clause in parsed.clauses)
    assert all(a.tokens for c in parsed.clauses for a in c.alternatives)


@given(st.text(max_size=100))
def test_tokens_are_letters_and_figures_of_bounded_length(text):
    for token in language.tokens(text):
        assert 0 < len(token) <= 40
        assert not any(character.isspace() for character in token)


# -- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "义政〔2020〕12号",
        "义政[2020]12",
        "义政 2020 12号",
        "义政（2020）第12号",
        "義政﹝2020﹞12號",
        "义政【2020】012号",
        "义政2020年12号文",
        "义政２０２０－１２号",
        "义政字〔2020〕12号",
        "2020年义政12号",
        "查一下义政〔2020〕12号",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed):
    assert language.parse(typed).numbers == ("义政〔2020〕12号",)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("yizheng 2020 12", "〔2020〕12号"),
        ("2020-12", "〔2020〕12号"),
        ("义马市政府2020年12号文", "〔2020〕12号"),
        ("国务院令711号", "国务院令第711号"),
        ("711号令", "国务院令第711号"),
        ("11411281005792345x/2020-00017", "11411281005792345X/2020-00017"),
        ("2020-00017", "2020-00017"),
    ],
)
def test_parts_orders_and_index_numbers(typed, form):
    assert language.parse(typed).numbers == (form,)


@pytest.mark.parametrize("typed", ["2020年12月疫情", "12345热线", "2020年5号线", "3.5万元", "2020"])
def test_what_is_no_number_is_not_read_as_one(typed):
    assert language.parse(typed).numbers == ()


@given(
    st.text("义政办财建教卫", min_size=1, max_size=4),
    st.integers(1950, 2049),
    st.integers(1, 9999),
    st.sampled_from(
        ["〔{y}〕{n}号", "[{y}]{n}号", "（{y}）第{n}号", " 【{y}】 {n} 号", "﹝{y}﹞{n}號"]
    ),
)
def test_forms_of_numbers_go_round(prefix, year, serial, pattern):
    typed = prefix + pattern.format(y=year, n=serial)
    form = f"{prefix}〔{year}〕{serial}号"
    assert language.parse(typed).numbers == (form,)
    assert form in language.number_forms(typed)
    assert document_numbers.normalise(form) == form
    assert f"{prefix}{year}n{serial}" in language.tokens(f"根据{typed}的规定")
    assert language.number_forms(form)[-1] == f"〔{year}〕{serial}号"


@given(st.text(max_size=100))
def test_numbers_found_lie_inside_the_question(text):
    plain = language.normalise(text)
    for found in find_numbers(plain):
        assert 0 <= found.start < found.end <= len(plain)


def test_the_version_names_the_dictionary():
    assert language.VERSION.startswith("1-")
    assert len(language.VERSION) == 14
