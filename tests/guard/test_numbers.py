"""Personal numbers: what is found, and what only looks like one."""

import pytest

from gongkai.guard.engine import mask_text, scan_text
from gongkai.guard.lexicon import Lexicon, Term
from tests.guard.people import card_number, identity_number, with_check_x

WORDS = Lexicon([Term("office_phone", "0398-5832000"), Term("office_phone", "139 0000 0001")])
PERSON = identity_number()
CHILD = identity_number("41128120200615001")
WITH_X = with_check_x()
CARD = card_number("622202123456789012")
CARD16 = card_number("621700123456789")
VISA = card_number("453210123456789")
MASTER = card_number("521234567890123")
AMEX = card_number("37123456789012")
MOBILE = "13800138000"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")


def found(text, lexicon=WORDS):
    return [(finding.check, finding.value) for finding in scan_text(text, lexicon)]


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        f"身份证号码：{PERSON}。",
        f"张某（{PERSON}）",
        f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}",
        f"{PERSON[:6]}-{PERSON[6:14]}-{PERSON[14:]}",
        f"{PERSON[:4]} {PERSON[4:8]} {PERSON[8:12]} {PERSON[12:14]} {PERSON[14:]}",
        f"{PERSON[:6]}－{PERSON[6:14]}－{PERSON[14:]}",
        f"{PERSON[:10]}\n{PERSON[10:]}",
        f"{PERSON[:10]}\r\n{PERSON[10:]}",
        " ".join(PERSON),
        "\u200b".join(PERSON),
        "\u00ad".join(PERSON),
        "\u2060\ufeff".join(PERSON),
        PERSON.translate(FULL_WIDTH),
        PERSON.translate(CIRCLED),
        PERSON.translate(CHINESE),
        PERSON[:6].translate(CHINESE) + PERSON[6:],
        f"id:{PERSON}",
        f"张三丰-{MOBILE[:3]}****8000-{PERSON}",
        f"{PERSON}，男",
        f"编号1 身份证{PERSON}",
    ],
)
def test_an_identity_number_is_found_however_it_is_written(text):
    assert found(text) == [("pii_id", PERSON)]


@pytest.mark.parametrize(
    "text",
    [
        WITH_X,
        WITH_X.lower(),
        WITH_X.translate(FULL_WIDTH),
        WITH_X[:-1] + " X",
        WITH_X[:-1] + "×",
        WITH_X[:-1] + "Х",
    ],
)
def test_the_check_character_x_may_be_any_sign_that_looks_like_it(text):
    assert found(f"证件{text}。") == [("pii_id", WITH_X)]


def test_numbers_side_by_side_are_all_found():
    text = f"{PERSON} {MOBILE} {CARD}、{WITH_X} {MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}"
    assert found(text) == [
        ("pii_id", PERSON),
        ("pii_mobile", MOBILE),
        ("pii_bank", CARD),
        ("pii_id", WITH_X),
        ("pii_mobile", MOBILE),
    ]


def test_the_same_number_twice_is_two_findings_of_one_key():
    first, second = scan_text(f"{PERSON}；\n{PERSON}", WORDS, where="正文第1段")
    assert (first.start, first.end) != (second.start, second.end)
    assert first.key() == second.key()
    assert PERSON not in first.key()


@pytest.mark.parametrize(
    "text",
    [
        MOBILE,
        f"电话{MOBILE}",
        f"tel:{MOBILE}",
        f"tel{MOBILE}",
        "138 0013 8000",
        "138-0013-8000",
        "1380 013 8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "0086 13800138000",
        "电话8613800138000",
        MOBILE.translate(FULL_WIDTH),
        MOBILE.translate(CHINESE),
        "\u200b".join(MOBILE),
        " ".join(MOBILE),
        "联系电话：1380013\n8000",
        f"{MOBILE}@139.com",
        f"微信{MOBILE}同号",
        f"手机号码编号：{MOBILE}",
        f"0398-5832001/{MOBILE}",
        f"{MOBILE}（张某）",
        f"https://example.invalid/?phone={MOBILE}",
        f"2020年，{MOBILE}",
    ],
)
def test_a_mobile_number_is_found_however_it_is_written(text):
    assert found(text) == [("pii_mobile", MOBILE)]


@pytest.mark.parametrize(
    ("text", "number", "severity"),
    [
        (CARD, CARD, "serious"),
        (f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:16]} {CARD[16:]}", CARD, "serious"),
        (CARD16, CARD16, "serious"),
        (f"开户行：某银行，账号 {CARD[:6]} {CARD[6:]}", CARD, "serious"),
        (f"一卡通 {VISA}", VISA, "serious"),
        (VISA, VISA, "warning"),
        (MASTER, MASTER, "warning"),
        (f"卡号{AMEX}", AMEX, "serious"),
        (f"收款单位某市财政局，财政专户账号{CARD}", CARD, "warning"),
    ],
)
def test_a_bank_card_is_found_and_the_words_around_say_how_serious_it_is(text, number, severity):
    (finding,) = scan_text(text, WORDS)
    assert (finding.check, finding.value, finding.severity) == ("pii_bank", number, severity)


def test_an_old_identity_number_is_a_warning_where_words_say_so():
    (finding,) = scan_text("身份证号：411281900101123", WORDS)
    assert (finding.check, finding.severity) == ("pii_id_old", "warning")
    assert found("编号411281900101123") == []


@pytest.mark.parametrize(
    "text",
    ["护照号：E12345678", "护照 ＥA1234567", "港澳通行证号码C12345678", "护照E1234\u200b5678"],
)
def test_a_passport_is_a_warning_behind_its_name_and_can_be_masked(text):
    (finding,) = scan_text(text, WORDS)
    assert (finding.check, finding.severity) == ("pii_passport", "warning")
    assert scan_text(mask_text(text, [finding]), WORDS) == []
    assert found(text.replace("护照", "编号").replace("通行证", "编号")) == []


def test_the_list_of_office_telephones_silences_a_number_however_it_is_written():
    assert found("值班电话13900000001、139 0000 0001") == []
    assert found("值班电话13900000002") == [("pii_mobile", "13900000002")]


def wrong_digit(number, place=-1):
    return (
        number[:place]
        + str((int(number[place]) + 1) % 10)
        + (number[place + 1 :] if place != -1 else "")
    )


def passing_from(template, digits):
    """A number of this form that passes the check of identity numbers by chance."""
    return next(
        number
        for order in range(10**digits)
        if (number := f"{template}{order:0{digits}d}") == identity_number(number[:17])
    )


PROJECT_CODE = passing_from("41128120200615", 4)
DECOYS = {
    "mistyped identity number": wrong_digit(PERSON),
    "identity number of no province": identity_number("16128119900101123"),
    "identity number of no date": identity_number("41128119901301123"),
    "identity number of tomorrow": identity_number("41128129990101123"),
    "inside nineteen digits": "7" + PERSON,
    "inside twenty digits": PERSON + "20",
    "inside a code of letters": f"HT{PERSON}A",
    "unified credit code": "91411281MA3X5YKQ0T",
    "unified credit code of a body": "11411281005758521W",
    "unified credit code of digits, by its label": f"统一社会信用代码：{PROJECT_CODE}",
    "project code that passes by chance": f"项目代码：{PROJECT_CODE}",
    "project number in a table": f"项目编号\t{PROJECT_CODE}",
    "order number": f"订单号 {PROJECT_CODE}",
    "tender number": f"招标编号：{PROJECT_CODE}",
    "national project code": "2020-411281-47-03-012345",
    "masked identity number": "411281********1236",
    "masked mobile": "138****8000",
    "hotline": "12345",
    "hotline in words": "政务服务便民热线12345-2-1",
    "400 number": "400-138-0013",
    "800 number": "8008101234",
    "landline": "0398-5832001",
    "landline without dash": "03985832001",
    "landline with extension": "0398-5832001-8013",
    "two landlines": "0398-5832001 0398-5832002",
    "eleven digits of another segment": "12800138000",
    "inside twelve digits": "138001380001",
    "inside a receipt": "第13800138000001号",
    "before a letter": "13800138000X8",
    "code with letters": "JD13800138000",
    "amount": "总产值13800138000元",
    "amount with its sign": "￥13800138000",
    "amount by its label": "合计：13800138000",
    "amount with decimals": "13800138000.00",
    "thousands": "13,800,138,000",
    "people": "覆盖13800138000人次",
    "in a web address": "https://www.example.invalid/art/2020/13800138000.html",
    "in a relative address": "content/13800138000.shtml",
    "in a file name": "附件：13800138000.pdf",
    "document number of digits": "13800138000号",
    "order number of eleven digits": "订单号：13800138000",
    "logistics number": "运单号13800138000",
    "acceptance number": "受理编号：13812345678",
    "QQ number": "QQ：13812345678",
    "project number of eleven digits": "项目编号为13812345678",
    "row of figures": "135 2480 1930 2210",
    "figures in columns": "1352\t480\t1930",
    "figures in lines": "135\n2480\n1930",
    "index number": "005906432/2020-00012",
    "index number of parts": "411281-0101-2020-000123",
    "document number": "义政办〔2020〕13号",
    "date": "2020-12-31 13:45:10",
    "period": "2019年1月1日至2020年12月31日",
    "milliseconds": "1380013800000",
    "ISBN": "978-7-5093-1234-5",
    "postcode and telephone": "472300 0398-5832001",
    "card that fails Luhn": wrong_digit(CARD),
    "card of twenty digits": CARD + "8",
    "card number of no network": card_number("99998888777766"),
    "card-like order number": f"订单编号：{VISA}",
    "card-like amount": f"总投资{MASTER}元",
    "card inside a code": f"NO{CARD}B",
    "sixteen equal digits": "4444444444444444",
    "eighteen digits of Visa's beginning": card_number("45321012345678901"),
    "coordinates": "111.8742345678901,34.7475678901234",
    "statistics code": "4112810010010000",
    "empty": "",
    "spaces": " \u3000\n\t",
}


@pytest.mark.parametrize("text", DECOYS.values(), ids=DECOYS.keys())
def test_what_only_looks_like_a_personal_number_is_left_alone(text):
    assert found(text) == []
    assert found(f"根据有关规定，{text}，特此公告。") == []


def test_there_are_enough_decoys():
    assert len(DECOYS) >= 40


def test_a_child_born_recently_is_a_person_too():
    assert found(CHILD) == [("pii_id", CHILD)]
    assert found(f"编号：1，姓名某某，身份证号：{CHILD}") == [("pii_id", CHILD)]


def test_masks_keep_only_the_ends():
    text = f"{PERSON}、{MOBILE}、{CARD}"
    masked = mask_text(text, scan_text(text, WORDS))
    assert masked == (
        f"{PERSON[:2]}{'*' * 14}{PERSON[-2:]}、138****8000、{CARD[:4]}{'*' * 11}{CARD[-4:]}"
    )


def test_masking_keeps_separators_and_everything_else():
    text = f"前 {PERSON[:6]}-{PERSON[6:14]} {PERSON[14:]} 后，机密★1年"
    masked = mask_text(text, scan_text(text, WORDS))
    assert masked == f"前 {PERSON[:2]}****-******** **{PERSON[-2:]} 后，机密★1年"


def test_a_finding_of_another_text_masks_nothing():
    findings = scan_text(PERSON, WORDS)
    with pytest.raises(ValueError, match="重新检查"):
        mask_text("内容已经不同", findings)


def test_a_finding_never_shows_its_value_by_accident():
    (finding,) = scan_text(PERSON, WORDS)
    assert PERSON not in repr(finding)
    assert PERSON not in str(finding.stored())
    assert finding.stored()["key"] == finding.key()
