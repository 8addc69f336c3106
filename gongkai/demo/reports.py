"""The sample city's annual reports, walked through every step by the services.

The text is the draft that the records give, with its open gaps filled. For 2020 they are
filled with the facts that the city published; for later years with plain invented ones.
"""

from collections.abc import Callable
from datetime import date

from gongkai.demo.city import City, seeded
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ
from gongkai.reports import content, services
from gongkai.reports.build import build
from gongkai.reports.models import AnnualReport

# What fills a gap of the draft: the first entry whose words stand in the gap's text.
Filling = list[tuple[str, str]]


def fillings(city: City, organ: Organ, year: int, seed: int) -> Filling:
    """The sentences that fill the gaps of one body's draft."""
    rng = seeded(seed, "narrative", organ.code, year)
    is_city = organ.code == city.code
    facts = city.facts_2020["narrative"]
    if is_city and year == 2020:
        # How much was published the draft counts itself; nothing measures visits yet.
        published = (
            "重点公开了行政许可和处罚结果、重点领域信息和基层政务公开标准目录；"
            f"网站总访问量{facts['page_views']}次，独立用户访问总量{facts['unique_visitors']}个。"
        )
        platform = (
            f"政务新媒体按季度抽查，全市政府系统共有账号{facts['new_media_accounts']}个；"
            "门户网站为重点领域单位和各街道办事处开设了专栏。"
        )
        training = (
            f"召开全市政务公开培训会{facts['training_sessions']}次，约{facts['trainees']}人参加。"
        )
    else:
        published = "重点公开了办理结果、办事指南和群众关心的政策，并通过政务新媒体同步发布。"
        platform = "在市政府门户网站设有专栏，按季度自查更新情况。"
        training = f"参加政务公开培训{rng.randint(1, 4)}次，{rng.randint(3, 20)}人次。"
        if is_city:
            published = "重点公开了行政许可和处罚结果、重点领域信息和政策文件及其解读。"
            training = (
                f"召开全市政务公开培训会{rng.randint(2, 4)}次，{rng.randint(90, 160)}人次参加。"
            )
    return [
        ("主动公开的重点内容", published),
        ("条数和重点内容", published),
        ("公开属性审查", "拟公开的信息逐条审查公开属性，公开指南和目录按年更新。"),
        ("专栏", platform),
        ("业务培训", training),
        ("工作考核", "每半年对各单位网站工作实地考核一次，结果计入年底目标考核。"),
        ("社会评议", "面向公众开展满意度问卷，结果在门户网站公布。"),
        ("责任追究", "没有需要追究责任的情形，对更新不及时的单位通报批评并限期整改。"),
        ("本年做了什么", "已按计划完成。"),
        (
            "主要问题",
            "一是部分单位没有专人负责，更新不够及时；二是网站专栏还不完善；三是业务人员的专业能力不足。",
        ),
        (
            "改进措施",
            "一是每个单位明确一名信息员，更新情况按月通报；二是梳理专栏，补齐缺项；三是每季度培训一次。",
        ),
        ("其他需要报告", "无其他需要报告的事项。"),
    ]


def fill_gaps(text: str, filling: Filling) -> str:
    """The section with every gap filled; raises LookupError for a gap nobody thought of."""
    for what in content.gaps(text):
        sentence = next((words for key, words in filling if key in what), None)
        if sentence is None:
            raise LookupError(f"no sentence fills the gap: {what}")
        text = text.replace(content.gap(what), sentence)
    return text


def publish_report(
    actor: Actor, city: City, organ: Organ, year: int, seed: int, *, upto: str = "published"
) -> AnnualReport:
    """A report is drafted, filled in, questioned, answered, submitted, accepted and published.

    ``upto`` stops it on its way: "draft", "submitted", "accepted" or "published".
    """
    report = services.create_draft(actor, organ, year)
    filling = fillings(city, organ, year, seed)
    for section, text in report.sections.items():
        services.save_section(actor, report, section, fill_gaps(text, filling))
    report.refresh_from_db()
    if upto == "draft":
        return report
    _answer_questions(actor, report)
    steps: list[tuple[str, Callable[[Actor, AnnualReport], AnnualReport]]] = [
        ("submitted", services.submit),
        ("accepted", services.accept),
        ("published", services.publish),
    ]
    for state, step in steps:
        report = step(actor, report)
        if state == upto:
            break
    return report


def correct_report(actor: Actor, organ: Organ, year: int, *, upto: str) -> AnnualReport:
    """A published report is corrected, up to "submitted", "returned" or "accepted"."""
    published = AnnualReport.objects.get(organ=organ, year=year)
    report = services.correct_published(
        actor, published, "复核发现培训次数漏记一次，现予补充，其余内容不变。"
    )
    text = report.sections["s1"] + "<p>另参加省级政务公开专题培训1次，2人次。</p>"
    services.save_section(actor, report, "s1", text)
    report.refresh_from_db()
    _answer_questions(actor, report)
    report = services.submit(actor, report)
    if upto == "returned":
        return services.return_report(actor, report, "请在第一部分写明补充培训的时间和主办单位。")
    return services.accept(actor, report) if upto == "accepted" else report


def _answer_questions(actor: Actor, report: AnnualReport) -> None:
    built = build(report.organ, report.year, report.scope)
    for question in services.obstacles(report, built)[2]:
        services.answer_question(
            actor, report, question.id, question.message, "已核对记录，数字无误。"
        )


def report_years(until: date) -> range:
    """Years whose reports the demo has published: from 2020 to the last one that is over."""
    return range(2020, until.year)
