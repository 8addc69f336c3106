"""Marks of secrecy, and sentences that only speak of secrets."""

import pytest

from gongkai.guard.engine import scan_html, scan_text
from gongkai.guard.lexicon import Lexicon, Term

WORDS = Lexicon()


def marks(text):
    return [(finding.check, finding.value, finding.severity) for finding in scan_text(text, WORDS)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("机密★1年", "机密★1年"),
        ("绝密★10年", "绝密★10年"),
        ("秘密★", "秘密★"),
        ("秘密☆6个月", "秘密★6个月"),
        ("机 密 ★ １ 年", "机密★1年"),
        ("机\u200b密★1年", "机密★1年"),
        ("机密*1年", "机密*1年"),
        ("机密★长期", "机密★长期"),
        ("★机密", "★机密"),
        ("秘密★半年\n某市人民政府文件", "秘密★半年"),
        ("某府〔2020〕1号 机密★一年 特急", "机密★一年"),
        ("密级：机密", "密级：机密"),
        ("密级:秘密★1年", "密级:秘密★1年"),
        ("【绝密】", "绝密"),
        ("某市人民政府\n机密\n关于某事的请示", "机密"),
        ("内部资料 注意保存", "内部资料注意保存"),
        ("内部资料，不得外传", "内部资料，不得外传"),
        ("（内部使用，请勿外传）", "内部使用，请勿外传"),
        ("（不得外传）", "不得外传"),
        ("仅供内部参考", "仅供内部参考"),
        ("第12期 仅供内部参考", "仅供内部参考"),
        ("本资料仅供内部使用，读后请保存。", "仅供内部使用"),
        ("阅后收回", "阅后收回"),
        ("会后请退回", "会后请退回"),
    ],
)
def test_a_mark_is_found_and_blocks(text, value):
    assert marks(text) == [("secrecy_mark", value, "serious")]


@pytest.mark.parametrize("text", ["内部资料", "（内部文件）", "内部刊物"])
def test_a_bare_label_is_a_warning(text):
    ((check, _, severity),) = marks(text)
    assert (check, severity) == ("secrecy_mark", "warning")


@pytest.mark.parametrize(
    ("text", "severity"),
    [("（此件不予公开）", "serious"), ("此件不公开", "serious"), ("（此件依申请公开）", "warning")],
)
def test_a_note_against_publication_contradicts_it(text, severity):
    ((check, _, found),) = marks(text)
    assert (check, found) == ("attribute_mark", severity)


@pytest.mark.parametrize(
    "text",
    [
        "保守国家秘密",
        "《中华人民共和国保守国家秘密法》",
        "涉及国家秘密、商业秘密、个人隐私的不予公开。",
        "商业秘密",
        "保密工作领导小组",
        "秘密级文件管理规定",
        "机密级计算机信息系统的管理",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "绝密级国家秘密是最重要的国家秘密。",
        "密级：公开",
        "密级：无",
        "密级和保密期限由制作机关确定",
        "密级：绝密、机密、秘密，由定密责任人确定",
        "标志由“密级★保密期限”组成，例如“机密★1年”。",
        "秘密*的含义见注释",
        "涉密资料不得外传，任何单位和个人应当遵守。",
        "考生个人信息不得外传",
        "加强内部资料管理",
        "《内部资料性出版物管理办法》",
        "内部文件管理制度",
        "完善内部控制，供内部审计使用的清单另行印发",
        "会后，代表们参观了现场。",
        "此件公开发布",
        "（此件主动公开）",
        "本件事项由市政府办公室负责解释",
        "工作人员应当注意保密，不得泄露申请人的信息。",
        "揭秘密室逃脱安全管理",
    ],
)
def test_a_sentence_about_secrets_is_no_mark(text):
    assert marks(text) == []


def test_a_table_of_the_levels_is_no_mark():
    html = "<table><tr><td>绝密</td><td>机密</td><td>秘密</td></tr></table>"
    assert scan_html(html, WORDS) == []


def test_the_level_in_the_cell_beside_its_heading_is_a_mark():
    html = "<table><tr><td>密级</td><td>机密</td></tr></table>"
    (finding,) = scan_html(html, WORDS)
    assert (finding.check, finding.value) == ("secrecy_mark", "密级机密")
    assert html[finding.start : finding.end] == "密级</td><td>机密"


def test_an_exam_papers_mark_is_a_warning():
    assert marks("绝密★启用前") == [("secrecy_mark", "绝密★启用前", "warning")]


def test_a_term_of_the_list_can_be_a_mark_and_a_phrase_can_be_allowed():
    words = Lexicon([Term("secrecy_mark", "涉密不上网"), Term("allowed", "仅供内部参考价格查询")])
    (finding,) = scan_text("涉密不上网", words)
    assert (finding.check, finding.severity) == ("secrecy_mark", "serious")
    assert scan_text("仅供内部参考价格查询", words) == []
