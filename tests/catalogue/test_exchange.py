"""The official table, written and read back, and as people hand it in."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from gongkai.catalogue.exchange import official_workbook, plain_csv, read_entries
from gongkai.catalogue.exchange.channels import channels_text, read_channels
from gongkai.catalogue.exchange.rows import fill_rule
from gongkai.catalogue.models import CHANNELS, CatalogueEntry, Field
from gongkai.catalogue.services import import_entries
from gongkai.catalogue.services.versions import CONTENT
from gongkai.ledger.actor import Actor
from gongkai.organs.imports import ImportFailed, UnreadableTable
from tests.factories.catalogue import make_catalogue, make_entry, make_field, put_in_force

ACTOR = Actor.command("test")
FIELDS = {"YWJY": "义务教育", "SHJZ": "社会救助"}
HEAD = ["序号", "公开事项", None, "公开内容(要素)", "公开依据", "公开时限", "公开主体",
        "公开渠道和载体", "公开对象", None, "公开方式", None, "公开层级", None]  # fmt: skip
BELOW = [None, "一级事项", "二级事项", *[None] * 5, "全社会", "特定群体", "主动", "依申请", "县级",
         "乡级"]  # fmt: skip
BOXES = "■政府网站 □政府公报\n□两微一端 □发布会/听证会\n■公开查阅点 □其他"
LIMIT = "信息形成或者变更之日起20个工作日内"
ROW = [1, "政策文件", "法律法规", "文件全文", "条例", LIMIT, "教育行政部门", BOXES,
       "√", None, "√", None, "√", None]  # fmt: skip


def workbook(rows, *, title="义务教育", merges=()):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


def read(rows, **options):
    merges = options.pop("merges", ())
    title = options.pop("title", "义务教育")
    return read_entries(workbook(rows, title=title, merges=merges), FIELDS, **options)


def sample(*changes, **cells):
    row = list(ROW)
    names = ["seq", "level1", "level2", "elements", "basis", "limit", "subject", "channels",
             "everybody", "group", "active", "asked", "county", "township"]  # fmt: skip
    for name, value in cells.items():
        row[names.index(name)] = value
    return row


# -- the official table ------------------------------------------------------------------------


def test_the_official_table_is_read_with_its_two_level_header():
    table = read([["义务教育领域基层政务公开标准目录"], HEAD, BELOW, ROW], title="Sheet1")
    (row,) = table.rows
    assert not table.problems
    assert not table.warnings
    assert (row.number, row.field_code) == (4, "YWJY")
    assert row.values["level1"] == "政策文件"
    assert row.values["limit_days"] == 20
    assert row.values["day_type"] == "workday"
    assert row.values["channels"] == ["政府网站", "公开查阅点"]
    assert row.values["level_county"] is True
    assert row.values["level_township"] is False


def test_merged_cells_and_blanks_and_same_as_above_mean_as_above():
    table = read(
        [
            HEAD,
            BELOW,
            ROW,
            sample(seq=2, level1=None, level2="甲", basis="同上", limit=None, channels="〃"),
            sample(seq=3, level1="", level2="乙", basis=None, subject="同上", channels=None),
        ],
        merges=["B3:B5"],
    )
    assert [row.values["level1"] for row in table.rows] == ["政策文件"] * 3
    assert [row.values["basis"] for row in table.rows] == ["条例"] * 3
    assert [row.values["time_limit_text"] for row in table.rows] == [LIMIT] * 3
    assert [row.values["channels"] for row in table.rows] == [["政府网站", "公开查阅点"]] * 3
    assert not table.problems


def test_a_tick_in_one_of_two_columns_and_other_marks_are_understood():
    table = read(
        [
            HEAD,
            BELOW,
            sample(everybody=None, group="√", active="✓", county=None, township="■"),
            sample(seq=2, everybody="□", group="本辖区村民", active=None, asked="是", township="√"),
        ]
    )
    one, two = (row.values for row in table.rows)
    assert (one["audience_all"], one["audience_specific"]) == (False, "特定群体")
    assert (one["level_county"], one["level_township"]) == (False, True)
    assert (two["audience_all"], two["audience_specific"]) == (False, "本辖区村民")
    assert (two["mode_proactive"], two["mode_on_request"]) == (False, True)
    assert (two["level_county"], two["level_township"]) == (True, True)


def test_a_township_table_with_a_single_level_column_is_read():
    head, below = HEAD[:13], [*BELOW[:12], "乡、村级"]
    (row,) = read([head, below, ROW[:13]]).rows
    assert (row.values["level_county"], row.values["level_township"]) == (False, True)


def test_a_table_without_any_level_column_takes_the_level_that_was_chosen():
    table = [HEAD[:12], BELOW[:12], ROW[:12]]
    (row,) = read(table, level="township").rows
    assert (row.values["level_county"], row.values["level_township"]) == (False, True)
    (row,) = read(table).rows
    assert "level_county" not in row.values


def test_other_headings_and_a_header_of_one_row_are_understood():
    head = ["编号", "一级事项", "二级事项", "公开要素", "法律依据", "公开时间", "责任主体",
            "公开渠道及载体", "公开对象", "公开方式", "公开层级"]  # fmt: skip
    (row,) = read(
        [
            head,
            [
                1,
                "政策",
                "文件",
                "全文",
                "条例",
                LIMIT,
                "教育局",
                "政府网站",
                "全社会",
                "主动",
                "县级、乡级",
            ],
        ]
    ).rows
    assert row.values["subject"] == "教育局"
    assert row.values["audience_all"]
    assert row.values["mode_proactive"]
    assert row.values["level_county"]
    assert row.values["level_township"]


def test_channels_in_columns_of_their_own_are_ticked():
    head = ["序号", "公开事项", None, "公开内容", "公开时限", "公开主体", "公开渠道和载体", None]
    below = [None, "一级事项", "二级事项", None, None, None, "政府网站", "公开查阅点"]
    (row,) = read([head, below, [1, "政策", "文件", "全文", LIMIT, "教育局", None, "√"]]).rows
    assert row.values["channels"] == ["公开查阅点"]


def test_the_lines_below_the_table_are_passed_over():
    note = ["注：本目录由测试市编制。", *[None] * 13]
    assert len(read([HEAD, BELOW, ROW, [None] * 14, note]).rows) == 1


def test_a_text_of_the_limit_that_nobody_understands_is_a_warning_with_its_row():
    table = read([HEAD, BELOW, sample(limit="按有关规定及时处理")])
    assert table.rows[0].values["limit_days"] is None
    (warning,) = table.warnings
    assert "第3行" in warning
    assert "按有关规定及时处理" in warning


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"level1": None}, "一级事项", "没有一级事项"),
        ({"county": None}, "公开层级", "没有勾选公开层级"),
        ({"active": None}, "公开方式", "没有勾选公开方式"),
        ({"county": "大概"}, "县级", "应为√或者空白"),
        ({"channels": "■天上 □地下"}, "公开渠道和载体", "没有认出公开渠道"),
        ({"level2": "长" * 201}, "二级事项", "最多200个字"),
        ({"elements": "有\x01"}, "公开内容（要素）", "控制字符"),
    ],
)
def test_each_wrong_cell_is_named_by_row_and_column(cells, column, words):
    rows = [HEAD, BELOW, sample(**cells)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    table = read_entries(io.BytesIO(text.getvalue().encode()), FIELDS, field_code="YWJY")
    assert any(
        problem.row == 3 and problem.column == column and words in problem.message
        for problem in table.problems
    ), table.problems


def test_a_sheet_that_names_no_field_says_what_to_do():
    table = read([HEAD, BELOW, ROW], title="Sheet1")
    assert "没有写明属于哪个领域" in table.problems[0].message
    assert read([HEAD, BELOW, ROW], title="Sheet1", field_code="SHJZ").rows[0].field_code == "SHJZ"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        ("甲,乙\n1,2\n".encode(), "没有找到标准目录的表头"),
        (b"PK\x03\x04broken", "文件已损坏"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, words):
    with pytest.raises(UnreadableTable, match=words):
        read_entries(io.BytesIO(content), FIELDS)


def test_a_table_beyond_the_upload_limit_is_refused(settings):
    settings.UPLOAD_MAX_MB = 0
    with pytest.raises(UnreadableTable, match="上限"):
        read_entries(io.BytesIO(b"a,b\n"), FIELDS)


# -- channels ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("■政府网站 口政府公报 口两微一端", ["政府网站"]),
        ("口政府网站\n☑政务服务中心\n√ 便民服务站", ["政务服务中心", "便民服务站"]),
        ("■社区/企事业单位/村公示栏（电子屏） □精准推送", ["社区/企事业单位/村公示栏(电子屏)"]),
        ("■其他（微信群；大喇叭）", ["微信群", "大喇叭"]),
        ("■其他 □精准推送", ["其他"]),
        ("政府网站、公开查阅点", ["政府网站", "公开查阅点"]),
        ("■发布会听证会", ["发布会/听证会"]),
        ("政务服务窗口", ["政务服务窗口"]),
    ],
)
def test_boxes_are_read_however_they_were_drawn(text, found):
    assert read_channels(text) == found


@given(
    st.lists(st.sampled_from(CHANNELS), unique=True),
    st.lists(st.sampled_from(["财政部门网站", "微信群", "大喇叭"]), unique=True),
)
def test_boxes_are_read_back_as_they_were_written(chosen, own):
    listed = [channel for channel in CHANNELS if channel in chosen] + own
    assert read_channels(channels_text(listed)) == listed


# -- there and back ----------------------------------------------------------------------------

WORDS = st.text(
    st.sampled_from("政策文件信息公开abcXYZ019、，。（）(),-=+@\n/"), min_size=1, max_size=30
).map(lambda t: " ".join(t.split(" ")).strip()).filter(
    lambda t: t and t not in {"-", "/", "--"} and "\n" not in (t[0], t[-1])
)  # fmt: skip
OPTIONAL = st.one_of(st.just(""), WORDS)


@st.composite
def entries(draw):
    code, name = draw(st.sampled_from(list(FIELDS.items())))
    values = {
        "level1": draw(WORDS),
        "level2": draw(OPTIONAL),
        "elements": draw(OPTIONAL),
        "basis": draw(OPTIONAL),
        "time_limit_text": draw(
            st.sampled_from(["", LIMIT, "每季度结束后10个工作日内", "9月底前", "实时公开", "看着办"])
        ),
        "limit_days": draw(st.one_of(st.none(), st.integers(1, 90))),
        "day_type": draw(st.sampled_from(["", "workday", "calendar"])),
        "trigger": draw(st.sampled_from(["", "信息形成或变更", "批准"])),
        "cycle": draw(st.sampled_from(["", "event", "monthly", "yearly", "school_year"])),
        "cycle_by": draw(st.sampled_from(["", "09-30", "10"])),
        "notice_days": draw(st.one_of(st.none(), st.integers(1, 30))),
        "subject": draw(OPTIONAL),
        "channels": [c for c in CHANNELS if draw(st.booleans())] + draw(
            st.sampled_from([[], ["微信群"]])
        ),
        "audience_all": draw(st.booleans()),
        "audience_specific": draw(st.sampled_from(["特定群体", "本村村民"])),
        "mode_proactive": True,
        "mode_on_request": draw(st.booleans()),
        "level_county": draw(st.booleans()),
        "level_township": True,
        "pii_risk": draw(st.sampled_from(["", "无", "高"])),
        "pii_rule": draw(OPTIONAL),
        "coverage_test": draw(OPTIONAL),
        "confidence": draw(st.sampled_from(["", "待核"])),
    }  # fmt: skip
    fill_rule(values)
    return Field(code=code, name=name), values


@st.composite
def catalogues(draw):
    listed = draw(st.lists(entries(), min_size=1, max_size=6))
    listed.sort(key=lambda pair: pair[0].code)
    fields = {
        code: Field(pk=n, code=code, name=name) for n, (code, name) in enumerate(FIELDS.items())
    }
    return [
        CatalogueEntry(field=fields[field.code], seq=n, code=f"{field.code}-{n:03d}", **values)
        for n, (field, values) in enumerate(listed, start=1)
    ]


def as_values(entry):
    return {name: getattr(entry, name) for name in CONTENT if name != "field"}


@settings(max_examples=60)
@given(catalogues())
def test_what_is_exported_to_the_official_table_is_read_back_as_it_was(listed):
    table = read_entries(io.BytesIO(official_workbook("基层政务公开标准目录", listed)), FIELDS)
    assert not table.problems
    assert [(r.field_code, r.values) for r in table.rows] == [
        (e.field.code, as_values(e)) for e in listed
    ]


@settings(max_examples=60)
@given(catalogues())
def test_what_is_exported_as_csv_is_read_back_as_it_was(listed):
    table = read_entries(io.BytesIO(plain_csv(listed)), FIELDS)
    assert not table.problems
    assert [(r.field_code, r.values) for r in table.rows] == [
        (e.field.code, as_values(e)) for e in listed
    ]


def test_the_official_header_is_merged_as_in_the_printed_table():
    entry = CatalogueEntry(field=Field(pk=1, code="YWJY", name="义务教育"), seq=1, level1="政策")
    book = load_workbook(io.BytesIO(official_workbook("基层政务公开标准目录", [entry])))
    sheet = book["义务教育"]
    assert {str(r) for r in sheet.merged_cells.ranges} >= {
        "B2:C2",
        "I2:J2",
        "K2:L2",
        "M2:N2",
        "A2:A3",
    }
    assert [sheet.cell(3, n).value for n in (2, 3, 9, 10, 11, 12, 13, 14)] == [
        "一级事项", "二级事项", "全社会", "特定群体", "主动", "依申请", "县级", "乡级",
    ]  # fmt: skip
    assert sheet["H4"].value.count("□") == 13
    assert "义务教育领域" in sheet["A1"].value


# -- into a draft ------------------------------------------------------------------------------


@pytest.fixture
def draft(db):
    make_field("YWJY", name="义务教育")
    make_field("SHJZ", name="社会救助")
    return make_catalogue()


def test_an_import_creates_updates_and_leaves_alone(draft):
    first = import_entries(ACTOR, draft, workbook([HEAD, BELOW, ROW]), "a.xlsx")
    assert (first.created, first.updated, first.unchanged) == (1, 0, 0)
    again = import_entries(ACTOR, draft, workbook([HEAD, BELOW, ROW]), "a.xlsx")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    changed = import_entries(
        ACTOR, draft, workbook([HEAD, BELOW, sample(basis="新条例")]), "a.xlsx"
    )
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 0)
    entry = draft.entries.get()
    assert (entry.code, entry.basis) == ("YWJY-001", "新条例")


def test_a_dry_run_and_a_failed_import_change_nothing(draft):
    import_entries(ACTOR, draft, workbook([HEAD, BELOW, ROW]), dry_run=True)
    with pytest.raises(ImportFailed) as failed:
        import_entries(
            ACTOR, draft, workbook([HEAD, BELOW, ROW, sample(seq=2, level2="乙", county="大概")])
        )
    assert "第4行" in str(failed.value.problems[0])
    assert not draft.entries.exists()


def test_a_new_version_keeps_the_matter_of_the_same_code(draft):
    import_entries(ACTOR, draft, workbook([HEAD, BELOW, ROW]))
    matter = draft.entries.get().matter_id
    put_in_force(draft)
    new = make_catalogue(draft.organ, year=2021)
    import_entries(ACTOR, new, workbook([HEAD, BELOW, ROW]))
    assert new.entries.get().matter_id == matter


def test_a_field_of_the_places_own_is_made_by_the_plain_table(draft):
    entry = make_entry(make_catalogue(year=2022), field=make_field("ZWJ", name="镇政府文件"))
    data = plain_csv([entry])
    Field.objects.filter(code="ZWJ").exclude(pk=entry.field_id).delete()
    report = import_entries(ACTOR, draft, io.BytesIO(data.replace(b"ZWJ", b"XWJ").replace(
        "镇政府文件".encode(), "乡政府文件".encode())))  # fmt: skip
    assert report.created == 1
    assert Field.objects.get(code="XWJ").name == "乡政府文件"


def test_a_code_twice_in_the_file_is_a_problem(draft):
    entry = make_entry(make_catalogue(year=2022), field=Field.objects.get(code="YWJY"))
    data = plain_csv([entry, entry])
    with pytest.raises(ImportFailed, match="重复"):
        import_entries(ACTOR, draft, io.BytesIO(data))


def test_a_version_in_force_takes_no_import(draft):
    make_entry(draft)
    put_in_force(draft, date(2020, 1, 1))
    with pytest.raises(Exception, match="不得修改"):
        import_entries(ACTOR, draft, workbook([HEAD, BELOW, ROW]))
