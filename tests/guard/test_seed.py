"""The packaged lists: sound in themselves, and silent on ordinary official prose."""

from collections import Counter
from datetime import date

import pytest

from gongkai.guard.checks.words import CHECKED
from gongkai.guard.engine import scan_text
from gongkai.guard.lexicon import SILENCING, Lexicon, packaged_lexicon, packaged_terms
from gongkai.guard.normalise import plain_term

TERMS = packaged_terms()
CHECKED_TERMS = [term for term in TERMS if term.kind not in SILENCING]
LATE = date(2025, 6, 1)


def found(text, on=LATE):
    return [
        (finding.check, finding.value)
        for finding in scan_text(text, packaged_lexicon(), on=on)
        if finding.check in CHECKED
    ]


def test_the_lists_are_large_enough_to_be_of_use():
    kinds = Counter(term.kind for term in TERMS)
    assert kinds["wrong_word"] >= 1_500
    assert kinds["outdated_title"] >= 200
    assert kinds["forbidden"] >= 10


def test_no_real_persons_name_is_packaged():
    """The list of those who left office is the city's own."""
    assert not [term for term in TERMS if term.kind in ("removed_official", "office_phone")]


def test_no_term_stands_twice():
    keys = Counter((term.kind, plain_term(term.word)) for term in TERMS)
    assert [key for key, number in keys.items() if number > 1] == []
    across = Counter(plain_term(term.word) for term in CHECKED_TERMS)
    assert [word for word, number in across.items() if number > 1] == []


def test_every_wrong_word_has_a_right_one_that_is_another():
    for term in TERMS:
        if term.kind == "wrong_word":
            assert term.suggestion, term.word
        if term.suggestion:
            assert plain_term(term.suggestion) != plain_term(term.word), term.word


def test_every_term_is_found_on_its_first_day_and_no_outdated_one_the_day_before():
    for term in CHECKED_TERMS:
        on = term.valid_from or LATE
        assert term.kind in {check for check, _ in found(f"见{term.word}。", on)}, term.word
        if term.valid_from is not None:
            before = date.fromordinal(term.valid_from.toordinal() - 1)
            assert (term.kind, term.word) not in found(f"见{term.word}。", before), term.word


def test_what_is_suggested_is_right_by_every_list():
    for term in CHECKED_TERMS:
        if term.suggestion:
            on = term.valid_from or LATE
            assert found(f"见{term.suggestion}。", on) == [], term.word


def test_every_phrase_of_the_white_list_silences_a_word_that_would_be_found():
    """A phrase that silences nothing is a leftover and would hide a mistake some day."""
    strict = Lexicon(CHECKED_TERMS)
    for term in TERMS:
        if term.kind == "allowed":
            text = f"见{term.word}。"
            assert [f for f in scan_text(text, strict, on=LATE) if f.check in CHECKED], term.word
            assert found(text) == [], term.word


def test_every_outdated_title_says_since_when_and_why():
    for term in TERMS:
        if term.kind == "outdated_title":
            assert term.valid_from is not None, term.word
            assert term.note, term.word


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("我局既使人手紧张，也己经完成设备按装。", {"己经": "已经", "按装": "安装"}),
        ("请到工商局换照，再到国土资源局登记。",
         {"工商局": "市场监督管理局", "国土资源局": "自然资源局"}),
        ("截止目前，共签定合同12份。", {"截止目前": "截至目前", "签定": "签订"}),
        ("依据《中华人民共和国合同法》第八条。",
         {"《中华人民共和国合同法》": "《中华人民共和国民法典》"}),
        ("纪律检察委员会和人民检查院派员参加。",
         {"纪律检察委员会": "纪律检查委员会", "检查院": "检察院"}),
    ],
)  # fmt: skip
def test_mistakes_as_they_are_made_are_found_with_what_to_write(text, right):
    findings = scan_text(text, packaged_lexicon(), on=LATE)
    assert {finding.value: finding.suggestion for finding in findings} == right


def test_a_document_of_before_the_reform_keeps_the_titles_of_its_day():
    text = "市国土资源局、环境保护局、工商行政管理局和国税局联合发文。"
    assert found(text, date(2018, 1, 10)) == []
    assert [value for _, value in found(text, date(2020, 1, 10))] == [
        "国土资源局", "环境保护局", "工商行政管理局", "国税局",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "原国务院扶贫办印发的规程",
        "原国家卫生和计划生育委员会的规定",
        "原中国银行保险监督管理委员会",
    ],
)
def test_a_former_title_named_as_such_is_right_with_the_shorter_ones_within_it(text):
    assert found(text) == []


PROSE = """
各乡镇人民政府、街道办事处，市人民政府有关部门：现将《实施意见》印发给你们，请结合实际认真贯彻落实。
根据《中华人民共和国政府信息公开条例》第五十条规定，编制本年度报告。
本年度主动公开政府信息5505条，其中概况信息2条、政务动态450条。
市自然资源局、市生态环境局、市农业农村局按职责分工负责。
原国土资源局制发的文件由自然资源局负责解释。
农业部门和文化部门要密切配合，环境保护部门要加强执法。
坚持以经济建设为中心，已经取得阶段性成效。
企业既使用自有资金，又争取上级补助，既便民又利企。
项目按装修标准验收，按装机容量核定补贴。
各单位要自己经手、自己负责，严于律己于心。
会议听取了上周末来访群众的意见。
对年末完成的任务逐项核对，未完成的列入下年度计划。
继续加强汛期值班值守，确保防汛物资储备到位。
申请人可以在收到决定书之日起六十日内申请行政复议，或者六个月内提起行政诉讼。
扎实推进易地扶贫搬迁后续扶持，巩固拓展脱贫攻坚成果同乡村振兴有效衔接。
铸牢中华民族共同体意识，促进各民族广泛交往交流交融。
持续深化“放管服”改革，优化营商环境，推行“双随机、一公开”监管。
全面落实安全生产责任制，深入开展重大事故隐患排查整治。
财政部门要严格预算管理，及时拨付资金，不得截留、挤占、挪用。
加快建设高标准农田，严守耕地保护红线。
对符合条件的困难群众给予临时救助，发放救助金。
完善覆盖城乡的公共法律服务体系，开展法治宣传教育。
市市场监督管理局对三十二家食品生产企业进行了监督检查。
消防救援大队组织开展防火检查，督促整改火灾隐患。
国家金融监督管理总局派出机构依法履行监管职责。
请各单位于每月5日前报送上月工作进展情况。
本办法自印发之日起施行，有效期五年，由市人民政府办公室负责解释。
公示期间有异议的，可以书面形式向市民政局反映。
依法保护商业秘密和个人隐私，涉及国家秘密的不予公开。
加强政府网站和政务新媒体管理，及时回应社会关切。
出席会议的有各县区分管负责同志和市直有关部门主要负责同志。
建立联席会议制度，形成齐抓共管的工作格局。
推进养老服务体系建设，支持社会力量兴办养老机构。
加大对小微企业的信贷支持力度，降低综合融资成本。
严格落实河湖长制，开展河道清理整治。
提高义务教育质量，促进教育公平。
做好高校毕业生、退役军人、农民工等重点群体就业工作。
大力发展现代物流业，完善农村寄递物流体系。
文化和旅游局举办非物质文化遗产展览，吸引游客两万余人次。
对欠缴税款的单位，税务机关依法加收滞纳金。
采购人应当自中标通知书发出之日起三十日内与中标人签订书面合同。
投诉人认为采购文件使其权益受到损害的，可以依法提出质疑和投诉。
城乡居民基本医疗保险参保人员按规定享受门诊统筹待遇。
完成老旧小区改造十二个，惠及居民三千户。
对检查中发现的问题，要建立台账，逐一销号。
强化基层治理，发挥网格员作用，把矛盾化解在萌芽状态。
公安机关依法打击电信网络诈骗等违法犯罪活动。
卫生健康委员会组织开展爱国卫生部署和健康知识宣传。
召开座谈会，征求人大代表、政协委员和群众代表意见。
村民委员会应当实行村务公开，接受村民监督。
建立村长效管护机制，落实管护责任。
支持科技创新，培育高新技术企业和专精特新企业。
加强粮食和物资储备，保障重要民生商品供应。
行政机关负责人应当出庭应诉；不能出庭的，应当委托相应的工作人员出庭。
严禁违规收受礼品礼金，营造风清气正的政治生态。
实行首问负责制、限时办结制和责任追究制。
推广节水灌溉技术，发展旱作农业。
依申请公开政府信息，不能当场答复的，自收到申请之日起二十个工作日内予以答复。
开展规范性文件清理，宣布失效八件，继续有效四十一件。
加强应急预案演练，提升应急处置能力。
由于连续降雨，部分路段出现塌方，交通运输部门正在抢修。
发挥典型示范作用，推广先进经验做法。
严格招标投标监管，杜绝围标串标。
各级各部门要提高政治站位，压实工作责任，确保各项任务落地见效。
""".strip().splitlines()


def test_ordinary_official_prose_gives_no_false_alarm():
    assert len(PROSE) >= 60
    alarms = {line: found(line) for line in PROSE}
    assert {line: values for line, values in alarms.items() if values} == {}
