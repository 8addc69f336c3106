"""The staff screens of the word lists, through HTTP."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from gongkai.guard import queries
from gongkai.guard.models import LexiconTerm
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role, StagedUpload
from tests.factories.guard import make_term
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make_organ("411281", name="测试市政府")


@pytest.fixture
def bureau(city):
    return make_organ("411281-001", name="测试局", parent=city)


@pytest.fixture
def office(client, city):
    """A browser in which the city's disclosure office is logged in."""
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    return client


@pytest.fixture
def officer(client, bureau):
    """A browser in which a body's information officer is logged in."""
    client.force_login(make_user(Role.INFORMATION_OFFICER, bureau))
    return client


@pytest.fixture
def keeper(client, bureau):
    """A browser in which a body's secrecy reviewer is logged in."""
    client.force_login(make_user(Role.SECRECY_REVIEWER, bureau))
    return client


def url(name, *args):
    return reverse(f"guard:{name}", args=args)


def text_of(response):
    return response.content.decode()


# -- the list ----------------------------------------------------------------------------------


def test_the_empty_list_says_that_the_packaged_words_are_in_use(officer):
    page = text_of(officer.get(url("index")))
    assert "平台随附的词库已在使用" in page
    assert "添加词条" not in page


def test_everybody_sees_the_sites_terms_and_his_own_bodys_but_no_others(officer, bureau, city):
    other = make_organ("411281-002", parent=city)
    site = make_term("全站错词")
    own = make_term("本局语句", kind="allowed", organ=bureau)
    foreign = make_term("他局语句", kind="allowed", organ=other)
    page = text_of(officer.get(url("index")))
    assert "全站错词" in page
    assert "本局语句" in page
    assert "他局语句" not in page
    for term, status in ((site, 200), (own, 200), (foreign, 404)):
        assert officer.get(url("detail", term.pk)).status_code == status


def test_the_list_asks_as_many_statements_for_fifty_rows_as_for_one(
    officer, bureau, django_assert_num_queries
):
    make_term("第一号", kind="allowed", organ=bureau)
    officer.get(url("index"))
    with CaptureQueriesContext(connection) as one:
        officer.get(url("index"))
    for number in range(49):
        make_term(f"全站第{number}号")
    with django_assert_num_queries(len(one)):
        officer.get(url("index"))


def test_filters_narrow_by_kind_owner_state_and_words(office, bureau):
    make_term("错词甲", note="来自通报")
    make_term("禁语乙", kind="forbidden")
    make_term("停用丙", ended=True)
    make_term("语句丁", kind="allowed", organ=bureau)

    def listed(**asked):
        page = text_of(office.get(url("index"), asked))
        return {word for word in ("错词甲", "禁语乙", "停用丙", "语句丁") if word in page}

    city_keeper = listed()
    assert city_keeper == {"错词甲", "禁语乙"}
    assert listed(kind="forbidden") == {"禁语乙"}
    assert listed(state="with") == {"错词甲", "禁语乙", "停用丙"}
    assert listed(state="only") == {"停用丙"}
    assert listed(owner="own") == set()
    assert listed(q="通报") == {"错词甲"}
    assert "没有符合条件的记录" in text_of(office.get(url("index"), {"q": "没有"}))


def test_pages_and_nonsense_in_the_address(office):
    for number in range(60):
        make_term(f"第{number:02d}号")
    assert "第 2 / 2 页" in text_of(office.get(url("index"), {"page": 2}))
    for asked in ({"page": "x"}, {"kind": "x"}, {"sort": "x"}, {"q": "x" * 500}):
        assert office.get(url("index"), asked).status_code == 200
    assert office.get(url("detail", 10**18)).status_code == 404


# -- adding, changing, ending --------------------------------------------------------------------


def test_the_office_adds_changes_ends_and_restores_on_screen(office):
    answer = office.post(
        url("create"),
        {"organ": "", "kind": "wrong_word", "word": "甲乙错", "suggestion": "甲乙对"},
    )
    term = LexiconTerm.objects.get()
    assert answer.headers["Location"] == url("detail", term.pk)
    seen = office.get(url("edit", term.pk)).context["form"]["seen"].value()
    office.post(url("edit", term.pk), {"suggestion": "甲乙真对", "seen": seen})
    assert LexiconTerm.objects.get().suggestion == "甲乙真对"
    stale = office.post(url("edit", term.pk), {"suggestion": "另一个", "seen": seen})
    assert stale.status_code == 422
    assert "已被他人修改" in text_of(stale)
    office.post(url("end", term.pk), {"reason": "试用结束"})
    page = text_of(office.get(url("detail", term.pk)))
    assert "审查不再按它提示" in page
    assert "原因：试用结束" in page
    office.post(url("restore", term.pk))
    page = text_of(office.get(url("detail", term.pk)))
    for act in ("恢复审查词条", "停用审查词条", "修改审查词条", "添加审查词条"):
        assert act in page


def test_what_was_typed_stays_with_the_complaint_at_its_field(office):
    answer = office.post(url("create"), {"kind": "removed_official", "word": "虚构人甲"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "请填写原任职务" in page
    assert "请填写离任的日期" in page
    assert 'value="虚构人甲"' in page
    assert not LexiconTerm.objects.exists()


def test_forms_ask_only_what_the_kind_has(office):
    word, phrase = make_term("错词"), make_term("语句", kind="allowed")
    official = make_term("虚构人甲", kind="removed_official", post="局长")
    assert set(office.get(url("edit", word.pk)).context["form"].fields) == {
        "suggestion", "severity", "valid_from", "valid_until", "note", "source", "seen",
    }  # fmt: skip
    assert "suggestion" not in office.get(url("edit", phrase.pk)).context["form"].fields
    assert "post" in office.get(url("edit", official.pk)).context["form"].fields


def test_a_bodys_keeper_adds_to_its_own_list_and_to_no_other(keeper, bureau, city):
    site = make_term("全站错词")
    form = keeper.get(url("create")).context["form"]
    assert [code for code, _ in form.fields["kind"].choices] == ["", "allowed", "office_phone"]
    assert form["organ"].value() == bureau.code
    keeper.post(url("create"), {"organ": bureau.code, "kind": "allowed", "word": "按装大师公司"})
    assert LexiconTerm.objects.get(kind="allowed").organ == bureau
    for organ in ("", city.code):
        answer = keeper.post(url("create"), {"organ": organ, "kind": "allowed", "word": "另一句"})
        assert answer.status_code == 422
    page = text_of(keeper.get(url("detail", site.pk)))
    assert url("edit", site.pk) not in page
    for name in ("edit", "end", "restore"):
        assert keeper.get(url(name, site.pk)).status_code == 302
        assert keeper.post(url(name, site.pk), {"reason": "x"}).status_code == 302
    assert LexiconTerm.objects.get(pk=site.pk).ended_at is None


def test_an_information_officer_looks_and_tries_but_changes_nothing(officer, bureau):
    term = make_term("本局语句", kind="allowed", organ=bureau)
    for name, args in (
        ("create", ()), ("import", ()), ("edit", (term.pk,)), ("end", (term.pk,)),
    ):  # fmt: skip
        assert officer.get(url(name, *args)).status_code == 302
    assert officer.get(url("try")).status_code == 200
    assert officer.get(url("packaged")).status_code == 200


# -- the packaged lists ------------------------------------------------------------------------


def test_the_packaged_list_is_searched_filtered_and_paged(officer, django_assert_max_num_queries):
    page = text_of(officer.get(url("packaged")))
    assert "第 1 /" in page
    found = text_of(officer.get(url("packaged"), {"q": "国土资源局"}))
    assert "自然资源局" in found
    assert "2019-04-01" in found
    assert "国土资源局" not in text_of(officer.get(url("packaged"), {"kind": "forbidden"}))
    with django_assert_max_num_queries(20):
        officer.get(url("packaged"), {"page": 5})
    assert "没有符合条件" in text_of(officer.get(url("packaged"), {"state": "off"}))
    assert url("packaged_term") not in found


def test_the_office_switches_a_packaged_term_off_and_finds_it_again(office):
    asked = {"kind": "wrong_word", "word": "帐户"}
    listed = text_of(office.get(url("packaged"), {"q": "帐户"}))
    assert url("packaged_term") in listed
    address = url("packaged_term") + "?kind=wrong_word&word=帐户"
    assert "账户" in text_of(office.get(address))
    assert office.post(address, {"reason": ""}).status_code == 422
    office.post(address, {"reason": "本市沿用"})
    term = LexiconTerm.objects.get()
    assert term.end_reason == "本市沿用"
    off = text_of(office.get(url("packaged"), {"state": "off"}))
    assert url("detail", term.pk) in off
    assert office.get(url("packaged_term"), {**asked, "word": "没有"}).status_code == 404


def test_the_office_rewrites_a_packaged_term(office):
    asked = {"kind": "outdated_title", "word": "国土资源局"}
    form = office.get(url("create"), asked).context["form"]
    assert form["suggestion"].value() == "自然资源局"
    office.post(
        url("create") + "?kind=outdated_title&word=国土资源局",
        {**asked, "suggestion": "自然资源和规划局", "valid_from": "2019-02-20"},
    )
    (entry,) = queries.packaged_entries(state="changed")
    assert entry.own.suggestion == "自然资源和规划局"
    assert "以本页为准" in text_of(office.get(url("detail", entry.own.pk)))


# -- import and export -------------------------------------------------------------------------


def test_an_import_is_previewed_and_then_confirmed(office):
    sent = SimpleUploadedFile("词库.csv", "类别,词条,建议写法\n错别字,甲乙错,甲乙对\n".encode())
    preview = office.post(url("import"), {"file": sent, "organ": ""})
    assert "新增 <strong>1</strong>" in text_of(preview)
    assert not LexiconTerm.objects.exists()
    token = preview.context["staged"].token
    done = office.post(url("import"), {"token": token, "organ": ""})
    assert done.headers["Location"] == url("index")
    assert LexiconTerm.objects.get().suggestion == "甲乙对"
    assert not StagedUpload.objects.exists()


def test_a_bad_file_is_answered_row_by_row(office):
    sent = SimpleUploadedFile("词库.csv", "类别,词条\n错别字,甲乙错\n错别字,\n".encode())
    answer = office.post(url("import"), {"file": sent, "organ": ""})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "发现2处问题" in page
    assert "第 3 行" in page


def test_a_file_for_the_site_is_refused_to_a_bodys_keeper(keeper, bureau):
    sent = SimpleUploadedFile("词库.csv", "类别,词条\n白名单,按装大师公司\n".encode())
    assert keeper.post(url("import"), {"file": sent, "organ": ""}).status_code == 422
    sent.seek(0)
    preview = keeper.post(url("import"), {"file": sent, "organ": bureau.code})
    assert "新增 <strong>1</strong>" in text_of(preview)


def test_what_the_list_exports_can_be_imported_again(office):
    make_term("甲乙错", "甲乙对", severity="advice", note="说明")
    make_term("虚构人甲", kind="removed_official", post="局长", valid_from="2020-05-01")
    answer = office.get(url("index"), {"export": "csv"})
    exported = b"".join(answer.streaming_content)
    again = office.post(
        url("import"), {"file": SimpleUploadedFile("词库.csv", exported), "organ": ""}
    )
    assert "无变化 2" in text_of(again)
    assert office.get(url("index"), {"export": "xlsx"}).status_code == 200
    acts = LedgerEntry.objects.values_list("action", flat=True)
    assert list(acts) == ["guard.export"] * 2


# -- 试一试 ------------------------------------------------------------------------------------


def test_a_pasted_text_is_shown_with_its_findings_and_masked(officer):
    """Given a text with an identity number, when tried, then it is marked, masked, kept nowhere."""
    number = identity_number()
    text = f"负责空调按装的张某，身份证号{number}，请<b>勿</b>外传。"
    with CaptureQueriesContext(connection) as asked:
        answer = officer.post(url("try"), {"text": text})
    page = text_of(answer)
    trial = answer.context["trial"]
    assert [each.finding.check for each in trial.found] == ["wrong_word", "pii_id"]
    assert "".join(piece.text for piece in trial.pieces) == text
    assert number not in trial.masked
    assert "请<b>勿</b>外传" in trial.masked
    assert "&lt;b&gt;勿" in page
    assert "<b>勿" not in page
    assert "复制脱敏后的文字" in page
    assert "no-store" in answer.headers["Cache-Control"]
    written = [q["sql"] for q in asked if not q["sql"].lstrip("( ").upper().startswith("SELECT")]
    assert not [sql for sql in written if number in sql or "INSERT" in sql]
    assert not LedgerEntry.objects.exists()


def test_a_file_is_tried_and_forgotten(officer):
    document = Document()
    document.add_paragraph("周密布署各项工作。")
    file = io.BytesIO()
    document.save(file)
    answer = officer.post(url("try"), {"file": SimpleUploadedFile("方案.docx", file.getvalue())})
    page = text_of(answer)
    assert "检查结果：《方案.docx》" in page
    assert "布署" in page
    assert "正文第1段" in page or "第1段" in page
    assert not StagedUpload.objects.exists()


def test_a_file_without_text_is_said_to_be_unread(officer):
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    page = text_of(
        officer.post(url("try"), {"file": SimpleUploadedFile("图.png", file.getvalue())})
    )
    assert "没有可以读取的文字" in page
    assert "没有发现问题" not in page


def test_a_clean_text_says_so(officer):
    page = text_of(officer.post(url("try"), {"text": "现将有关事项通知如下。"}))
    assert "没有发现问题" in page
    assert "脱敏后的文字" not in page.replace("可以直接复制脱敏后的文字", "")


def test_the_day_and_the_body_of_a_trial_count(officer, bureau, city):
    make_term("按装大师", kind="allowed", organ=bureau)
    other = make_organ("411281-002", parent=city)
    text = "国土资源局与按装大师公司签约。"

    def values(**asked):
        trial = officer.post(url("try"), {"text": text, **asked}).context["trial"]
        return [each.finding.value for each in trial.found]

    assert values() == ["国土资源局", "按装"]
    assert values(on="2018-01-01") == ["按装"]
    assert values(organ=bureau.code) == ["国土资源局"]
    assert officer.post(url("try"), {"text": text, "organ": other.code}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": "  "}, "请粘贴要检查的文字"),
        ({"text": "文字", "file": SimpleUploadedFile("a.txt", b"x")}, "一次只检查一样"),
        ({"text": "字" * 300_001}, "请存为文件后上传"),
        ({"text": "文字", "on": "2020-02-30"}, "请填写正确的日期"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ" + b"x" * 100)}, "不能上传 .exe 文件"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "文件是空的"),
    ],
)
def test_what_cannot_be_tried_is_answered_in_words(officer, sent, message):
    answer = officer.post(url("try"), sent)
    assert answer.status_code == 422
    assert message in text_of(answer)


def test_findings_that_overlap_share_one_mark(office):
    make_term("按装设备", "安装设备", kind="forbidden")
    trial = office.post(url("try"), {"text": "空调按装设备。"}).context["trial"]
    marked = [piece for piece in trial.pieces if piece.found]
    assert [(piece.text, len(piece.found), piece.severity) for piece in marked] == [
        ("按装设备", 2, "serious")
    ]
