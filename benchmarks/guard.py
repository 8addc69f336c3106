"""How fast the guard scans Chinese text and files.

Text: ten megabytes (UTF-8) of generated official prose with dates, numbers, telephone numbers of
offices and a few findings, 20,000 terms. Baseline: the same automaton over the same text in one
call, nothing normalised, no numbers looked for, no offsets led back.

Files: a list of 200 people in each type. Baseline: the file opened by its library and its text
taken out.
"""

import csv
import io
import json
import random
import sys
from collections.abc import Callable

import django

VOCABULARY = (
    "政府信息公开工作、主动公开、依申请公开、政策解读、行政许可、行政处罚、规范性文件、基层政务公开、"
    "标准化、规范化、义务教育、社会救助、养老服务、公共文化、城乡规划、国有土地、房屋征收、生态环境、"
    "安全生产、食品药品、就业创业、社会保险、户籍管理、财政预决算、重大建设项目、公共资源交易、"
    "优化营商环境、推进落实、进一步加强、全面贯彻、各单位、有关部门、街道办事处、办公室、领导小组、"
    "年度、季度、要求、情况、报告、通知、意见、办法、细则、方案、清单"
)
PARTS = ("，", "，", "、", "。", "。\n", "；", "：", "（", "）", "“", "”", " ", "\n")
NUMBERS = (
    "2020年",
    "3月15日",
    "第12条",
    "0398-5832001",
    "12345",
    "〔2020〕15号",
    "98.5%",
    "1,234.56万元",
)


def prose(characters: int, chance: random.Random) -> str:
    """Official prose; one piece in forty is a number of some kind."""
    words = VOCABULARY.split("、")
    parts = []
    length = 0
    while length < characters:
        part = chance.choice(words) if chance.random() > 0.025 else chance.choice(NUMBERS)
        part += chance.choice(PARTS)
        parts.append(part)
        length += len(part)
    return "".join(parts)


def terms(count: int, chance: random.Random) -> list:
    """Terms of two to eight characters that hardly ever occur, and some that do."""
    from gongkai.guard.lexicon import Term

    common = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
    made = {"".join(chance.choices(common, k=chance.randint(3, 8))) for _ in range(count)}
    listed = [Term("wrong_word", word, "改") for word in sorted(made)[: count - 2]]
    return [*listed, Term("wrong_word", "公开年度"), Term("allowed", "公开年度报告")]


def people(chance: random.Random) -> list[list[str]]:
    """A list of 200 who do not exist, one in twenty with a number that must not be there."""
    from gongkai.statute.identity import check_character

    rows = [["序号", "姓名", "单位", "内容", "证件"]]
    for place in range(200):
        body = f"411281{chance.randint(1950, 2000)}0101{chance.randint(0, 999):03d}"
        number = body + check_character(body) if place % 20 == 0 else "****"
        rows.append([str(place), "某某", "某街道办事处", prose(40, chance), number])
    return rows


def files(chance: random.Random) -> dict[str, bytes]:
    """The same list in each type."""
    import typst
    from docx import Document
    from openpyxl import Workbook

    from gongkai.reports.render.pdf import FONTS

    rows = people(chance)
    lines = ["，".join(row) for row in rows]
    table, streams = io.StringIO(), {"xlsx": io.BytesIO(), "docx": io.BytesIO()}
    csv.writer(table).writerows(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    for row in rows:
        sheet.append(row)
    book.save(streams["xlsx"])
    letter = Document()
    for line in lines:
        letter.add_paragraph(line)
    letter.save(streams["docx"])
    source = (
        '#set text(font: "Noto Sans SC")\n#for line in json(bytes(sys.inputs.lines)) [#line \\ ]'
    )
    pdf = typst.compile(
        source.encode(), sys_inputs={"lines": json.dumps(lines)}, font_paths=[str(FONTS)]
    )
    return {
        "txt": "\n".join(lines).encode(),
        "csv": table.getvalue().encode(),
        "html": "".join(f"<p>{line}</p>\n" for line in lines).encode(),
        "docx": streams["docx"].getvalue(),
        "xlsx": streams["xlsx"].getvalue(),
        "pdf": pdf,
    }


def measure_text(megabytes: float) -> dict[str, float]:
    from benchmarks.measure import seconds
    from gongkai.guard.engine import scan_html, scan_text
    from gongkai.guard.lexicon import Lexicon

    chance = random.Random(711)
    text = prose(int(megabytes * 1e6 / 2.75), chance)
    size = len(text.encode()) / 1e6
    lexicon = Lexicon(terms(20_000, chance))
    html = "".join(f"<p>{line}</p>\n" for line in text.split("\n"))
    bare = seconds(lambda: lexicon.hits(text))
    scan = seconds(lambda: scan_text(text, lexicon))
    page = seconds(lambda: scan_html(html, lexicon))
    return {
        "megabytes": size,
        "terms": len(lexicon),
        "findings": len(scan_text(text, lexicon)),
        "bare": size / bare,
        "scan": size / scan,
        "ratio": scan / bare,
        "html": size / page,
        "html_ratio": page / bare,
    }


def measure_files(repeat: int) -> dict[str, dict[str, float]]:
    from benchmarks.measure import seconds
    from benchmarks.reading import bare_openers
    from gongkai.guard.engine import scan_file
    from gongkai.guard.lexicon import Lexicon

    chance = random.Random(711)
    lexicon = Lexicon(terms(20_000, chance))
    openers = {**bare_openers(), "csv": lambda data: list(csv.reader(io.StringIO(data.decode())))}
    told = {}
    for kind, data in files(chance).items():
        found = scan_file(io.BytesIO(data), f"list.{kind}", lexicon)
        identities = sum(finding.check == "pii_id" for finding in found.findings)
        assert (found.state, identities) == ("read", 10), (kind, found.note, identities)

        def ours(data: bytes = data, kind: str = kind) -> None:
            for _ in range(repeat):
                scan_file(io.BytesIO(data), f"list.{kind}", lexicon)

        def bare(data: bytes = data, opener: Callable[[bytes], object] = openers[kind]) -> None:
            for _ in range(repeat):
                opener(data)

        taken = seconds(ours) / repeat
        told[kind] = {
            "bytes": len(data),
            "rate": 1 / taken,
            "ratio": taken / (seconds(bare) / repeat),
        }
    return told


def main() -> None:
    django.setup()
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    told = {"text": measure_text(megabytes), "files": measure_files(2 if megabytes < 1 else 10)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
