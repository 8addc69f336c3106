"""The staff shell and our screens in it: who sees what, and what another body's people get."""

import csv
import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from gongkai.ledger import services as ledger_services
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import services, shell
from gongkai.organs.models import Membership, Organ, StagedUpload, User
from tests.factories.organs import add_role, make_deputation, make_organ, make_user

pytestmark = pytest.mark.django_db
OPERATOR = Actor.command("gongkai test")
OWN_SECTIONS = ("organs", "staff", "ledger")


def text(response) -> str:
    return response.content.decode()


def rows_of(response) -> list[str]:
    """First cells of the rows of the list."""
    return [
        re.sub(r"<[^>]+>", "", cell).replace("　", "").strip()
        for cell in re.findall(r"<tr>\s*<td[^>]*>(.*?)</td>", text(response), re.DOTALL)
    ]


# -- who enters ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("information_officer", {"organs"}),
        ("responsible_person", {"organs", "staff"}),
        ("disclosure_office", {"organs", "staff"}),
        ("system_admin", {"organs", "staff"}),
        ("security_officer", {"organs", "staff"}),
        ("auditor", {"ledger"}),
        ("superior", {"organs"}),
    ],
)
def test_the_menu_shows_what_the_policy_gives(county, as_user, role, expected) -> None:
    client = as_user(make_user(role, county.top))
    page = text(client.get(reverse(f"{min(expected)}:index")))
    for name in OWN_SECTIONS:
        assert (f"section-{name}" in page) == (name in expected), name
        answer = client.get(reverse(f"{name}:index"))
        assert answer.status_code == (200 if name in expected else 302)
        if name not in expected:
            assert answer.url == reverse("wagtailadmin_home")


def test_staff_see_none_of_wagtails_own_menus(county, as_user) -> None:
    page = text(as_user(make_user("disclosure_office", county.top)).get("/staff/organs/"))
    for name in ("explorer", "images", "documents", "reports", "settings", "help", "platform"):
        assert f'"name": "{name}"' not in page, name
    chief = text(as_user(make_user(is_superuser=True)).get("/staff/organs/"))
    assert '"name": "platform"' in chief
    assert '"name": "users"' not in chief


def test_whoever_holds_no_role_does_not_enter(county, as_user) -> None:
    former = make_user("reviewer", county.top)
    Membership.objects.update(ended_on=date(2020, 1, 1))
    for user in (make_user(), former):
        answer = as_user(user).get(reverse("organs:index"))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("wagtailadmin_login"))


def own_addresses(
    organ: Organ, user: User, membership: Membership, entry: LedgerEntry
) -> list[str]:
    """Every address of our sections, about one body's objects."""
    deputation = make_deputation(user, make_user(organ=organ), membership.role, organ)
    keys = {
        "organs": organ.pk, "staff": user.pk, "ledger": entry.pk, "staff:end": membership.pk,
        "staff:appoint": organ.pk, "deputies": deputation.pk, "staff:revoke_deputy": deputation.pk,
    }  # fmt: skip
    found = []
    for section in shell.sections():
        if section.name in (*OWN_SECTIONS, "deputies"):
            for pattern in section.urls:
                name = f"{section.name}:{pattern.name}"
                arguments = (
                    [keys.get(name, keys[section.name])] if "<" in str(pattern.pattern) else []
                )
                found.append(reverse(name, args=arguments))
    return found


def test_every_screen_asks_for_a_login(county, client) -> None:
    user = make_user("reviewer", county.low)
    entry = ledger_services.record(OPERATOR, "t.t", chain=county.low.code)
    addresses = own_addresses(county.low, user, user.memberships.get(), entry)
    assert len(addresses) == 25
    for address in addresses:
        for send in (client.get, client.post):
            answer = send(address)
            assert answer.status_code == 302, address
            assert answer.url.startswith(reverse("wagtailadmin_login")), address


def test_anothers_object_answers_exactly_as_one_that_does_not_exist(county, client) -> None:
    stranger = make_user("reviewer", county.other_low)
    entry = ledger_services.record(OPERATOR, "t.t", chain=county.other_low.code)
    mine = make_user("reviewer", county.low)
    my_entry = ledger_services.record(OPERATOR, "t.t", chain=county.low.code)
    theirs = own_addresses(county.other_low, stranger, stranger.memberships.get(), entry)
    ours = own_addresses(county.low, mine, mine.memberships.get(), my_entry)
    nowhere = [re.sub(r"/\d+/", "/999999/", address) for address in theirs]
    # All rights there are, each in the hands of somebody of the first county.
    people = [
        make_user(role, county.top) for role in ("system_admin", "security_officer", "auditor")
    ]
    before = (Organ.objects.count(), LedgerEntry.objects.count(), Membership.objects.count())

    reached = 0
    for user in people:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for their, our, none in zip(theirs, ours, nowhere, strict=True):
            if their == none:
                continue
            for send in (client.get, client.post):
                refused, missing = send(their), send(none)
                assert refused.status_code == missing.status_code, their
                assert refused.status_code in (302, 404, 405), their
                if refused.status_code == 404:
                    assert refused.content == missing.content
                    assert county.other_low.name not in text(refused)
            # The refusal is about the object: the same person enters with an own one.
            if client.get(their).status_code == 404 and client.get(our).status_code == 200:
                reached += 1
    assert reached >= 15
    assert (
        Organ.objects.count(),
        LedgerEntry.objects.count(),
        Membership.objects.count(),
    ) == before


def test_an_absurd_number_in_the_address_is_a_404(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    assert client.get(f"/staff/organs/{10**30}/").status_code == 404


# -- lists -----------------------------------------------------------------------------------
def test_lists_hold_the_own_bodies_only(county, as_user) -> None:
    stranger = make_user("reviewer", county.other_low, display_name="外县人")
    client = as_user(make_user("system_admin", county.middle, display_name="管理员甲"))
    assert rows_of(client.get(reverse("organs:index"))) == ["义马市公安局", "义马市公安局交警大队"]
    assert rows_of(client.get(reverse("staff:index"))) == ["管理员甲"]
    assert stranger.display_name not in text(client.get(reverse("staff:index") + "?q=外县"))


@pytest.mark.parametrize("section", OWN_SECTIONS)
def test_a_list_costs_the_same_statements_for_one_row_and_for_fifty(
    county, as_user, section
) -> None:
    user = make_user("auditor" if section == "ledger" else "system_admin", county.top)
    client = as_user(user)
    ledger_services.record(OPERATOR, "t.t", chain=county.top.code)
    address = reverse(f"{section}:index")
    client.get(address)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    few = statements()
    for n in range(50):
        organ = make_organ(parent=county.middle)
        person = make_user("reviewer", organ)
        add_role(person, "superior", county.low)
        ledger_services.record(OPERATOR, "t.t", chain=organ.code, obj=organ, changes={"n": n})
    assert statements() == few


def test_a_list_is_searched_filtered_sorted_and_paged_by_its_address(county, as_user) -> None:
    for n in range(60):
        make_organ(f"411281-9{n:02d}", name=f"第{n:02d}局", parent=county.top)
    client = as_user(make_user("disclosure_office", county.top))
    address = reverse("organs:index")

    first = client.get(address)
    assert len(rows_of(first)) == 50
    assert "共 <strong>64</strong> 条，第 1 / 2 页" in text(first)
    assert len(rows_of(client.get(address + "?page=2"))) == 14
    assert len(rows_of(client.get(address + "?page=99"))) == 14
    assert len(rows_of(client.get(address + "?page=x"))) == 50
    assert rows_of(client.get(address + "?q=公安 交警")) == ["义马市公安局交警大队"]
    assert rows_of(client.get(address + "?q=411281-0031")) == ["义马市财政局"]
    assert rows_of(client.get(address + "?kind=government")) == ["义马市人民政府"]
    down = rows_of(client.get(address + "?sort=-code"))
    assert down[:2] == ["第59局", "第58局"]
    assert rows_of(client.get(address + "?sort=responsible_person")) == rows_of(first)
    assert 'aria-sort="descending"' in text(client.get(address + "?sort=-code"))
    wrong = client.get(address + "?kind=club")
    assert wrong.status_code == 200
    assert "gk-error" in text(wrong)


def test_an_empty_list_says_what_to_do(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    assert "没有符合条件的记录" in text(client.get(reverse("organs:index") + "?q=zzz"))
    assert "没有符合条件的记录" in text(client.get(reverse("organs:index") + "?q=zzz%00"))
    client = as_user(make_user("auditor", county.low))
    assert "还没有记录。" in text(client.get(reverse("ledger:index")))


def test_abolished_bodies_are_told_from_the_living(county, as_user) -> None:
    services.abolish_organ(OPERATOR, county.low, on=date(2020, 1, 1), successor=county.middle)
    client = as_user(make_user("system_admin", county.top))
    address = reverse("organs:index")
    assert rows_of(client.get(address + "?state=abolished")) == ["义马市公安局交警大队"]
    assert "义马市公安局交警大队" not in rows_of(client.get(address + "?state=active"))
    page = text(client.get(reverse("organs:detail", args=[county.low.pk])))
    assert "职权由“义马市公安局”承继" in page


def test_people_are_found_by_role_and_state(county, as_user) -> None:
    make_user("reviewer", county.low, display_name="审核员")
    closed = make_user("reviewer", county.low, display_name="停用者")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    client = as_user(make_user("system_admin", county.top, display_name="管理员"))
    address = reverse("staff:index")
    assert rows_of(client.get(address + "?role=reviewer")) == ["停用者", "审核员"]
    assert rows_of(client.get(address + "?state=off")) == ["停用者"]
    assert rows_of(client.get(address + f"?organ={county.low.code}")) == ["停用者", "审核员"]
    assert rows_of(client.get(address + f"?organ={county.other.code}&state=on")) != ["审核员"]


# -- export ----------------------------------------------------------------------------------
def test_an_export_holds_all_pages_of_what_is_listed_and_nothing_else(county, as_user) -> None:
    for n in range(60):
        make_organ(f"411281-9{n:02d}", name=f"=第{n:02d}局", parent=county.top)
    client = as_user(make_user("disclosure_office", county.top))

    answer = client.get(reverse("organs:index") + "?export=csv&q=局&sort=-code")

    data = b"".join(answer.streaming_content)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 63
    assert rows[0]["机构代码"] == "411281-959"
    assert rows[0]["机构名称"] == "'=第59局", "a spreadsheet must not run it"
    assert not [row for row in rows if row["机构代码"].startswith("411282")]
    assert "attachment" in answer["Content-Disposition"]
    entry = LedgerEntry.objects.get(action="organs.export")
    assert entry.changes == {"format": "csv", "list": "机构", "narrowed_by": ["q"], "rows": 63}


def test_a_workbook_keeps_text_as_text_and_dates_as_dates(county, as_user) -> None:
    Organ.objects.filter(pk=county.low.pk).update(
        name="=1+1", established_on=date(2020, 1, 5), address="a\x0bb"
    )
    client = as_user(make_user("system_admin", county.low))
    answer = client.get(reverse("organs:index") + "?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, sheet[2], strict=True))
    assert (row["机构名称"].value, row["机构名称"].data_type) == ("=1+1", "s")
    assert row["成立日期"].value.date() == date(2020, 1, 5)
    assert row["办公地址"].value == "ab"
    assert sheet.max_row == 2
    assert LedgerEntry.objects.get().chain.name == county.low.code, "one body: its own chain"


def test_an_export_that_a_workbook_cannot_hold_is_refused_in_words(
    county, as_user, monkeypatch
) -> None:
    monkeypatch.setattr("gongkai.organs.staff_views.export.XLSX_LIMIT", 2)
    client = as_user(make_user("disclosure_office", county.top))
    answer = client.get(reverse("organs:index") + "?export=xlsx&q=市", follow=True)
    assert answer.redirect_chain == [(reverse("organs:index") + "?q=%E5%B8%82", 302)]
    assert "改用 CSV" in text(answer)
    assert not LedgerEntry.objects.exists()


def test_an_export_needs_the_permission_of_the_list(county, as_user) -> None:
    client = as_user(make_user("auditor", county.top))
    assert client.get(reverse("organs:index") + "?export=csv").status_code == 302


def test_what_is_exported_can_be_imported_again(county, as_user) -> None:
    client = as_user(make_user(is_superuser=True))
    data = b"".join(client.get(reverse("organs:index") + "?export=csv").streaming_content)
    report = services.import_organs(OPERATOR, io.BytesIO(data), "x.csv")
    assert (report.created, report.updated, report.unchanged) == (0, 0, 6)


# -- deep pages ------------------------------------------------------------------------------
def test_deep_pages_hold_the_right_rows(county, as_user, monkeypatch) -> None:
    for n in range(120):
        make_organ(f"411281-{n + 100}", name=f"第{n + 100}局", parent=county.top)
    client = as_user(make_user("disclosure_office", county.top))
    pages = [
        f"{reverse('organs:index')}?page={n}&sort={s}" for n in (2, 3) for s in ("-code", "code")
    ]
    plain = [rows_of(client.get(page)) for page in pages]
    monkeypatch.setattr("gongkai.organs.staff_views.lists.DEEP", 10)
    assert [rows_of(client.get(page)) for page in pages] == plain
    assert [len(rows) for rows in plain] == [50, 50, 24, 24]


def test_a_capped_search_says_that_there_is_more(county, as_user, monkeypatch) -> None:
    for n in range(12):
        make_organ(f"411281-{n + 100}", name=f"第{n + 100}局", parent=county.top)
    client = as_user(make_user("disclosure_office", county.top))
    monkeypatch.setattr("gongkai.organs.views.organs.OrganList.search_cap", 10)
    page = client.get(reverse("organs:index") + "?q=第")
    assert "超过 <strong>10</strong> 条" in text(page)
    assert len(rows_of(page)) == 10
    exact = client.get(reverse("organs:index") + "?q=第105")
    assert "共 <strong>1</strong> 条" in text(exact)


# -- forms -----------------------------------------------------------------------------------
def organ_data(**changes: str) -> dict[str, str]:
    return {
        "parent": "411281", "code": "411281-005", "name": "义马市司法局", "kind": "department",
        "level": "county", **changes,
    }  # fmt: skip


def test_a_body_is_created_by_its_form(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    answer = client.post(reverse("organs:create"), organ_data())
    organ = Organ.objects.get(code="411281-005")
    assert answer.url == reverse("organs:detail", args=[organ.pk])
    assert organ.parent == county.top
    assert "机构已建立" in text(client.get(answer.url))
    assert LedgerEntry.objects.get().address == "127.0.0.1"


def test_what_was_typed_stays_and_every_error_leads_to_its_field(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    answer = client.post(
        reverse("organs:create"),
        organ_data(name="写了很久的名称", level="province", credit_code="x"),
    )
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="写了很久的名称"' in page
    assert 'href="#id_credit_code"' in page
    assert 'href="#id_level"' not in page, "the service is asked when the form itself is right"
    answer = client.post(reverse("organs:create"), organ_data(level="province"))
    assert 'href="#id_level"' in text(answer)
    assert "不能高于上级机构" in text(answer)


def test_a_form_offers_and_takes_the_own_bodies_only(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.middle))
    page = text(client.get(reverse("organs:create")))
    assert "411281-003-01 义马市公安局交警大队" in page
    assert "灵宝" not in page
    answer = client.post(reverse("organs:create"), organ_data(parent="411282"))
    assert "没有这个机构，或者您没有它的权限" in text(answer)


def test_with_very_many_bodies_the_choice_becomes_a_box_with_suggestions(
    county, as_user, monkeypatch
) -> None:
    monkeypatch.setattr("gongkai.organs.staff_views.forms.MANY_ORGANS", 2)
    monkeypatch.setattr("gongkai.organs.staff_views.filters.MANY_ORGANS", 2)
    client = as_user(make_user("system_admin", county.top))
    page = text(client.get(reverse("organs:create")))
    assert '<option value="411281-003 义马市公安局"></option>' in page
    assert 'list="id_parent_list"' in page
    client.post(reverse("organs:create"), organ_data(parent="411281-003 义马市公安局"))
    assert Organ.objects.get(code="411281-005").parent == county.middle
    people = client.get(reverse("staff:index") + "?organ=义马市人民")
    assert rows_of(people) == [User.objects.get(memberships__role="system_admin").display_name]


def test_bodies_are_edited_moved_and_abolished_by_their_forms(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    data = {"name": "义马市公安局", "kind": "department", "level": "county", "phone": "110"}
    client.post(reverse("organs:edit", args=[county.middle.pk]), data)
    client.post(reverse("organs:move", args=[county.low.pk]), {"parent": "411281"})
    client.post(
        reverse("organs:abolish", args=[county.low.pk]),
        {"on": "2021-01-01", "successor": "411281-003"},
    )
    middle, low = Organ.objects.get(pk=county.middle.pk), Organ.objects.get(pk=county.low.pk)
    assert middle.phone == "110"
    assert (low.parent, low.successor, low.abolished_on) == (county.top, middle, date(2021, 1, 1))
    assert [e.action for e in LedgerEntry.objects.order_by("pk")] == [
        "organs.update", "organs.move", "organs.abolish",
    ]  # fmt: skip


def test_an_account_is_made_by_one_and_gets_its_role_from_another(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    client.post(
        reverse("staff:create"),
        {"organ": "411281-003", "display_name": "张三", "username": "zhangsan",
         "password": "correct-horse-7"},
    )  # fmt: skip
    person = User.objects.get(username="zhangsan")
    assert client.get(reverse("staff:grant", args=[person.pk])).status_code == 302
    detail = text(client.get(reverse("staff:detail", args=[person.pk])))
    assert reverse("staff:edit", args=[person.pk]) in detail
    assert reverse("staff:grant", args=[person.pk]) not in detail

    officer = make_user("security_officer", county.top)
    client = as_user(officer)
    client.post(
        reverse("staff:grant", args=[person.pk]),
        {"organ": "411281-003", "role": "reviewer", "started_on": "2021-01-01"},
    )
    client.post(
        reverse("staff:appoint", args=[county.low.pk]),
        {"person": "zhangsan", "role": "secrecy_reviewer", "started_on": "2021-01-01"},
    )
    assert set(person.memberships.values_list("organ__code", "role")) == {
        ("411281-003", "reviewer"), ("411281-003-01", "secrecy_reviewer"),
    }  # fmt: skip
    detail = text(client.get(reverse("staff:detail", args=[person.pk])))
    membership = person.memberships.get(role="reviewer")
    assert reverse("staff:end", args=[membership.pk]) in detail
    client.post(reverse("staff:end", args=[membership.pk]))
    membership.refresh_from_db()
    assert membership.ended_on is not None
    own = officer.memberships.get()
    assert client.get(reverse("staff:end", args=[own.pk])).status_code == 404


def test_a_refusal_of_the_service_shows_on_the_page(county, as_user) -> None:
    person = make_user("reviewer", county.low)
    client = as_user(make_user("security_officer", county.top))
    data = {"organ": "411281", "role": "auditor", "started_on": "2021-01-01"}
    answer = client.post(reverse("staff:grant", args=[person.pk]), data)
    assert answer.status_code == 422
    assert "须由不同人员担任" in text(answer)
    answer = client.post(
        reverse("staff:appoint", args=[county.low.pk]),
        {"person": "nobody", "role": "reviewer", "started_on": "2021-01-01"},
    )
    assert "没有用户名为“nobody”的人员" in text(answer)


def test_accounts_are_edited_closed_opened_and_given_passwords(county, as_user) -> None:
    person = make_user("reviewer", county.low)
    client = as_user(make_user("system_admin", county.top))

    def send(name: str, **data: str):
        return client.post(reverse(f"staff:{name}", args=[person.pk]), data)

    send("edit", organ="411281-003", display_name="新名", email="a@b.cn")
    send("password", password="correct-horse-7")
    send("deactivate")
    person.refresh_from_db()
    assert (person.display_name, person.organ, person.is_active) == ("新名", county.middle, False)
    assert person.check_password("correct-horse-7")
    send("reactivate")
    person.refresh_from_db()
    assert person.is_active
    admin = make_user("system_admin", county.low)
    refused = client.post(
        reverse("staff:password", args=[admin.pk]), {"password": "correct-horse-7"}
    )
    assert "三员" in text(refused)


def test_ones_own_account_page_changes_password_and_keeps_one_logged_in(county, client) -> None:
    person = make_user("reviewer", county.low, username="lisi", password="correct-horse-7")
    client.post("/staff/login/", {"username": "lisi", "password": "correct-horse-7"})
    page = client.get(reverse("wagtailadmin_account"))
    assert "审核" in text(page)
    wrong = client.post(
        reverse("wagtailadmin_account"),
        {"old_password": "correct-horse-7", "new_password": "other-horse-8", "repeated": "x"},
    )
    assert "两次输入的新密码不一致" in text(wrong)
    client.post(
        reverse("wagtailadmin_account"),
        {"email": "", "old_password": "correct-horse-7", "new_password": "other-horse-8",
         "repeated": "other-horse-8"},
    )  # fmt: skip
    person.refresh_from_db()
    assert person.check_password("other-horse-8")
    assert client.get(reverse("organs:index")).status_code == 200


# -- import ----------------------------------------------------------------------------------
def upload(client, content: str):
    file = SimpleUploadedFile("机构.csv", content.encode(), content_type="text/csv")
    return client.post(reverse("organs:import"), {"file": file})


GOOD = "机构代码,机构名称,机构类型,层级,上级机构代码,备注\nN1,新局,政府部门,县级,411281,x\n"


def test_an_import_shows_what_would_happen_and_happens_when_confirmed(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    preview = upload(client, GOOD)
    page = text(preview)
    assert preview.status_code == 200
    assert "新增 <strong>1</strong>" in page
    assert "以下各列不导入：备注" in page
    assert "新局" in page
    assert not Organ.objects.filter(code="N1").exists()
    staged = StagedUpload.objects.get()

    answer = client.post(reverse("organs:import"), {"token": str(staged.token)})

    assert answer.url == reverse("organs:index")
    assert Organ.objects.get(code="N1").parent == county.top
    assert not StagedUpload.objects.exists()
    assert "已导入“机构.csv”。共1行：新增1" in text(client.get(answer.url))
    again = client.post(reverse("organs:import"), {"token": str(staged.token)})
    assert "已过期或已导入" in text(again)


def test_an_import_with_problems_lists_them_and_changes_nothing(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    before = Organ.objects.count()
    answer = upload(client, GOOD + "N2,坏局,俱乐部,县级,411281,x\n")
    page = text(answer)
    assert answer.status_code == 422
    assert "没有导入任何数据" in page
    assert "第 3 行" in page
    assert "机构类型" in page
    assert Organ.objects.count() == before
    assert not StagedUpload.objects.exists()
    assert "没有找到表头" in text(upload(client, "x"))
    assert "请选择要导入的文件" in text(client.post(reverse("organs:import"), {}))


def test_a_staged_file_belongs_to_him_who_brought_it_and_to_today(county, as_user) -> None:

    client = as_user(make_user("system_admin", county.top))
    upload(client, GOOD)
    staged = StagedUpload.objects.get()
    other = as_user(make_user("system_admin", county.top))
    answer = other.post(reverse("organs:import"), {"token": str(staged.token)})
    assert "已过期" in text(answer)
    StagedUpload.objects.update(created_at=staged.created_at - timedelta(days=2))
    upload(other, GOOD)
    assert [s.user_id for s in StagedUpload.objects.all()] != [staged.user_id]
    assert StagedUpload.objects.count() == 1
    assert not Organ.objects.filter(code="N1").exists()


def test_the_template_has_the_headings_that_the_import_knows(county, as_user) -> None:
    client = as_user(make_user("system_admin", county.top))
    answer = client.get(reverse("organs:import") + "?template=csv")
    heads = answer.content.decode("utf-8-sig").splitlines()[0].split(",")
    assert heads == [column.label for column in services.ORGAN_COLUMNS]


# -- ledger ----------------------------------------------------------------------------------
def test_an_auditor_reads_the_chains_of_his_bodies_and_the_platforms_at_the_root(
    county, as_user
) -> None:
    for chain in ("411281", "411281-003", "411282", "site"):
        ledger_services.record(
            OPERATOR, "organs.update", chain=chain, changes={"name": ["旧", "新"]}
        )

    def chains(user: User) -> set[str]:
        client = as_user(user)
        data = b"".join(client.get(reverse("ledger:index") + "?export=csv").streaming_content)
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        return {row["链"] for row in rows if row["操作"] != "导出台账"}

    assert chains(make_user("auditor", county.middle)) == {"411281-003"}
    assert chains(make_user("auditor", county.top)) == {"411281", "411281-003", "site"}
    assert chains(make_user(is_superuser=True)) == {"411281", "411281-003", "411282", "site"}


def test_an_entry_shows_old_and_new_and_the_list_is_filtered(county, as_user) -> None:
    entry = ledger_services.record(
        OPERATOR,
        "organs.update",
        chain="411281",
        obj=county.top,
        changes={"name": ["旧名", "新名"]},
    )
    ledger_services.record(OPERATOR, "staff.login", chain="411281", obj=county.top)
    client = as_user(make_user("auditor", county.top))
    page = text(client.get(reverse("ledger:detail", args=[entry.pk])))
    for part in ("旧名", "新名", "修改机构（organs.update）", entry.hash, "gongkai test"):
        assert part in page
    address = reverse("ledger:index")
    assert len(rows_of(client.get(address))) == 2
    for narrow, number in (
        ("?action=staff.login", 1), ("?chain=411281", 2), ("?chain=site", 0), ("?actor=gongkai", 2),
        ("?since=2019-01-01", 2), ("?until=2019-01-01", 0), ("?q=人民政府", 2), ("?q=zzz", 0),
    ):  # fmt: skip
        assert len(rows_of(client.get(address + narrow))) == number, narrow


def test_the_check_on_the_page_finds_what_was_tampered_with(county, as_user, monkeypatch) -> None:
    from gongkai.ledger import triggers

    for n in range(3):
        ledger_services.record(OPERATOR, "organs.update", chain="411281", changes={"n": n})
    ledger_services.record(OPERATOR, "organs.update", chain="411282")
    client = as_user(make_user("auditor", county.top))
    page = text(client.get(reverse("ledger:verify")))
    assert "411281 义马市人民政府" in page
    assert "411282" not in page
    good = client.post(reverse("ledger:verify"), {"chain": "411281"})
    assert "全部 3 条记录完好" in text(good)
    with triggers.suspended(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_ledgerentry SET actor_name = 'x' WHERE seq = 2")
    bad = text(client.post(reverse("ledger:verify"), {"chain": "411281"}))
    assert "发现 1 处问题" in bad
    assert "第2条" in bad
    assert client.post(reverse("ledger:verify"), {"chain": "411282"}).status_code == 422
    monkeypatch.setattr("gongkai.organs.views.ledger.VERIFY_LIMIT", 2)
    long = client.post(reverse("ledger:verify"), {"chain": "411281"})
    assert "gongkai ledger verify --chain 411281" in text(long)


# -- the shell's registry --------------------------------------------------------------------
def test_sections_with_one_name_or_an_unknown_permission_are_refused(monkeypatch) -> None:
    from types import SimpleNamespace

    from django.core.exceptions import ImproperlyConfigured

    def section(name: str, permission: str) -> shell.StaffSection:
        return shell.StaffSection(name, "x", "x", 1, (), permission)

    for pair, words in (
        ((section("a", "organs.view"), section("a", "organs.view")), "share a name"),
        ((section("a", "organs.burn"),), "unknown action"),
    ):
        monkeypatch.setattr(
            shell, "discover", lambda _, pair=pair: [SimpleNamespace(sections=pair)]
        )
        shell.sections.cache_clear()
        with pytest.raises(ImproperlyConfigured, match=words):
            shell.sections()
    monkeypatch.undo()
    shell.sections.cache_clear()
    assert {"organs", "staff", "ledger"} <= {s.name for s in shell.sections()}


def test_every_act_that_this_room_records_has_words() -> None:
    from pathlib import Path

    import gongkai.organs as room

    sources = "".join(p.read_text() for p in Path(room.__file__).parent.rglob("services/*.py"))
    recorded = set(re.findall(r'"((?:organs|staff)\.[a-z_]+)"', sources))
    from gongkai.organs.policy import ACTIONS

    recorded -= set(ACTIONS)
    assert recorded
    assert recorded <= set(shell.act_labels())


# -- the door --------------------------------------------------------------------------------
def test_the_login_page_speaks_chinese_and_does_not_say_which_half_was_wrong(
    county, client
) -> None:
    make_user("reviewer", county.low, username="lisi", password="correct-horse-7")
    page = text(client.get(reverse("wagtailadmin_login")))
    assert "密码" in page
    assert "Password" not in page
    answers = [
        text(client.post(reverse("wagtailadmin_login"), {"username": name, "password": "x"}))
        for name in ("lisi", "nobody")
    ]
    for answer in answers:
        assert "用户名或密码不对，请重新输入。" in answer


def test_guessing_a_password_is_stopped_in_plain_words(county, client, settings) -> None:
    make_user("reviewer", county.low, username="lisi", password="correct-horse-7")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(reverse("wagtailadmin_login"), {"username": "lisi", "password": "x"})
    assert answer.status_code == 429
    assert "密码连续输错" in text(answer)
    right = client.post(
        reverse("wagtailadmin_login"), {"username": "lisi", "password": "correct-horse-7"}
    )
    assert right.status_code == 429
    assert not LedgerEntry.objects.filter(action="staff.login").exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_large_numbers_are_grouped_in_threes_in_every_language(language: str) -> None:
    """GB/T 15835; Django would group Chinese figures by ten thousands, without a mark."""
    page = Template("{% load humanize %}{{ number|intcomma }}")
    with translation.override(language):
        assert page.render(Context({"number": 2236})) == "2,236"
        assert page.render(Context({"number": 1234567})) == "1,234,567"
        assert Template("{{ number }}").render(Context({"number": 2236})) == "2236"
