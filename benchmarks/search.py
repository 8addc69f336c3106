"""Search among 1,000,000 documents: `queries.search` against the bare engine statements beneath.

The documents are made of the words of a county's site: titles and texts put together from phrases
that such titles and texts have (about 220 characters, the length of the demo city's), each phrase
as often as in life: few everywhere, most seldom. Six thousand different ones are indexed by a real
rebuild, whose rate is one of the figures; the million repeats their words under its own days and
keys, so that filling does not take an hour.

Baseline (`bare`): the statements that the search sends for the question (the newest hits up to the
cap and those with the words in their titles, the words of the candidates that are scored, title and
text of a page of 20, the facets of the hits where they are counted), recorded and sent again on a
bare cursor, their rows fetched and nothing done with them. `search` is the whole of
`queries.search`: taking the question apart, asking, unpacking and scoring two hundred candidates,
counting, excerpts with marks. Both take turns, so that the machine is the same.

Questions are drawn from the phrases by a fixed seed, common ones and rare ones alike; each is asked
once, so that nothing is answered from what the one before it left behind but the database's pages.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import django

ORGANS = 300
TOPICS = 60
QUESTIONS = 150
PORTION = 2_000
DIFFERENT = 6_000

BODIES = (
    "市教育局", "市公安局", "市民政局", "市财政局", "市人力资源和社会保障局", "市自然资源局",
    "市住房和城乡建设局", "市交通运输局", "市水利局", "市农业农村局", "市文化广电和旅游局",
    "市卫生健康委员会", "市应急管理局", "市审计局", "市市场监督管理局", "市统计局", "市医疗保障局",
    "市生态环境局", "泰山路街道办事处", "常村路街道办事处", "朝阳路街道办事处", "新义街街道办事处",
)  # fmt: skip
SUBJECTS = (
    "预算公开", "养老保险缴费", "城乡低保", "义务教育招生", "公共租赁住房", "食品安全抽检", "安全生产检查",
    "政府采购", "户籍登记", "老旧小区改造", "医疗救助", "农村危房改造", "耕地地力保护补贴", "污水处理",
    "扬尘治理", "校车管理", "就业创业培训", "残疾人两项补贴", "殡葬惠民", "不动产登记", "行政处罚", "消防安全",
    "防汛抗旱", "河长制", "动物防疫", "图书馆开放", "博物馆免费开放", "疫苗接种", "家庭医生签约", "营商环境",
    "减税降费", "国有资产管理", "地方政府债务", "公务用车", "干部任免", "机构改革", "人大代表建议办理",
    "政协提案答复", "重大项目审批", "环境影响评价", "土地征收补偿", "房屋征收", "临时救助", "高龄津贴",
    "退役军人安置", "青年人才引进", "科技创新券", "知识产权保护", "电子商务进农村", "物业服务收费", "燃气报装",
    "供暖保障", "公交线路调整", "道路挖掘", "停车场建设", "垃圾分类", "园林绿化", "广告设置", "城市更新",
    "地质灾害防治", "矿山修复", "秸秆禁烧", "饮用水水源保护", "土壤污染防治", "噪声投诉", "价格监测",
)  # fmt: skip
FORMS = (
    "关于印发{}实施方案的通知", "关于做好{}工作的通知", "{}办事指南", "{}情况公示", "{}公告", "{}工作总结",
    "关于{}有关问题的批复", "{}政策解读", "{}统计数据", "关于开展{}专项行动的意见", "{}结果公布",
)  # fmt: skip
SENTENCES = (
    "为进一步做好{}工作，现将有关事项通知如下。", "各有关单位要加强组织领导，落实工作责任，确保{}取得实效。",
    "申请人应当如实提供{}所需的身份证明、收入证明等材料。", "办理{}的时限自受理之日起计算，遇节假日顺延。",
    "对{}中发现的问题，要建立台账，逐项整改，及时公开结果。", "监督电话和意见箱向社会公布，{}接受群众监督。",
    "本期共办理{}事项若干件，其中按时办结的占绝大多数。", "{}所需资金列入年度财政预算，专款专用。",
    "市直各部门、各街道要结合实际制定{}细则。", "本办法自发布之日起施行，有效期五年，{}按照新规定执行。",
)  # fmt: skip


class Made:
    """Documents by their number, made the same in every run without being kept."""

    name = "made"

    def __init__(self, count: int) -> None:
        self.count = count

    def keys(self) -> Iterator[int]:
        return iter(range(1, self.count + 1))

    def documents(self, keys: Sequence[int]) -> Iterable[object]:
        return [self.document(key) for key in keys]

    def moment(self, key: int) -> datetime:
        """When it was published: evenly over fifteen years."""
        minutes = key * 15 * 365 * 24 * 60 // self.count
        return datetime(2011, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    def document(self, key: int) -> object:
        from gongkai.search.documents import Document

        chance = random.Random(key)
        subject = word(chance)
        others = [word(chance) for _ in range(4)]
        body = BODIES[chance.randrange(len(BODIES))]
        at = self.moment(key)
        number = ()
        if chance.random() < 0.3:
            number = (f"义{subject[:2]}〔{at.year}〕{key % 90_000 + 1}号",)
        topic = f"{chance.randrange(22) + 1:02d}"
        return Document(
            self.name,
            key,
            body + chance.choice(FORMS).format(subject),
            at,
            "".join(chance.choice(SENTENCES).format(one) for one in [subject, *others, *others]),
            numbers=number,
            facets={
                "organ": (f"411281-{int(ORGANS * chance.random() ** 2):03d}",),
                "topic": (topic, f"{topic}-{chance.randrange(TOPICS // 20) + 1:02d}"),
                "year": (str(at.year),),
                "kind": (chance.choice(("information", "information", "policy", "normative")),),
                "column": (f"c{int(60 * chance.random() ** 2)}",),
            },
        )


def word(chance: random.Random) -> str:
    """A subject, the first ones often and the last ones seldom."""
    return SUBJECTS[int(len(SUBJECTS) * chance.random() ** 2.5)]


def questions(made: Made) -> dict[str, list[dict]]:
    """The questions of each kind."""
    chance = random.Random(20260101)
    subjects = [chance.choice(SUBJECTS) for _ in range(QUESTIONS)]
    pairs = [f"{word(chance)} {chance.choice(BODIES)[1:]}" for _ in range(QUESTIONS)]
    organ = [f"411281-{int(ORGANS * chance.random() ** 2):03d}" for _ in range(QUESTIONS)]
    year = [str(chance.randrange(2011, 2026)) for _ in range(QUESTIONS)]
    numbers, kept = [], sample(made, DIFFERENT)
    while len(numbers) < QUESTIONS:
        found = made.document(chance.choice(kept)).numbers
        numbers += [one.replace("〔", "[").replace("〕", "]") for one in found]
    counted = ("organ", "topic", "year", "kind")
    return {
        "one subject": [{"text": text} for text in subjects],
        "subject and body": [{"text": text} for text in pairs],
        "one subject, newest": [{"text": text, "order": "newest"} for text in subjects],
        "subject, body's facet, year": [
            {"text": text, "facets": {"organ": (one,), "year": (other,)}}
            for text, one, other in zip(subjects, organ, year, strict=True)
        ],
        "facets alone": [
            {"facets": {"organ": (one,), "year": (other,)}}
            for one, other in zip(organ, year, strict=True)
        ],
        "one subject, four facets counted": [
            {"text": text, "counted": counted} for text in subjects
        ],
        "a document number": [{"text": text} for text in numbers],
    }


class Recorder:
    """Keeps the statements that a search sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, object]] = []

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.sent.append((sql, params))
        return execute(sql, params, many, context)


def replay(sent: Sequence[tuple[str, object]]) -> int:
    """The same statements on a bare cursor; their rows fetched, nothing done with them."""
    from django.db import connection

    rows = 0
    with connection.cursor() as cursor:
        for sql, params in sent:
            cursor.execute(sql, params)
            rows += len(cursor.fetchall())
    return rows


def compare(asked: Sequence[dict]) -> dict[str, float]:
    """p50 and p95 of both, in milliseconds."""
    from django.db import connection

    from gongkai.search.documents import Order, Query
    from gongkai.search.queries import search

    taken: dict[str, list[float]] = {"bare": [], "search": []}
    hits = []
    for one in asked:
        options = dict(one)
        query = Query(**options | {"order": Order(options.get("order", "relevance"))})
        recorder = Recorder()
        with connection.execute_wrapper(recorder):
            result = search(query)  # both find the pages they need in memory
        hits.append(result.total)
        for name, work in (
            ("bare", partial(replay, recorder.sent)),
            ("search", partial(search, query)),
        ):
            start = time.perf_counter()
            work()
            taken[name].append((time.perf_counter() - start) * 1000)
    found = {"hits": statistics.median(hits)}
    for name, times in taken.items():
        found[f"{name}_p50"] = statistics.median(times)
        found[f"{name}_p95"] = statistics.quantiles(times, n=20)[18]
    return found


def one_document(made: Made) -> dict[str, float]:
    """A publication: the outbox row, the record read, cut, and in the index, committed."""
    from django.db import transaction

    from gongkai.search import services

    times = []
    for key in random.Random(1).sample(range(1, made.count + 1), 60):
        start = time.perf_counter()
        with transaction.atomic():
            services.changed(made.name, [key])
        times.append((time.perf_counter() - start) * 1000)
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[18]}


def size() -> float:
    """Megabytes of the index with its texts."""
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute("PRAGMA page_size")
            return pages * cursor.fetchone()[0] / 1e6
        cursor.execute("SELECT pg_database_size(%s)", [settings.DATABASES["default"]["NAME"]])
        return cursor.fetchone()[0] / 1e6


def fill(made: Made) -> float:
    """The index of all documents, each the words of one of `DIFFERENT` that are cut once; seconds
    that finishing it took."""
    from gongkai.search import building, generations, indexing
    from gongkai.search.engines import engine
    from gongkai.search.models import Generation

    by_year: dict[int, list] = {}
    for one in indexing.packed(made.name, sample(made, DIFFERENT)).values():
        by_year.setdefault(one.published_at.year, []).append(one)
    lexemes_of = indexing.lexemes_of
    indexing.lexemes_of = lru_cache(maxsize=2 * DIFFERENT)(lexemes_of)
    generation = generations.begin(Generation.State.BUILDING)
    for start in range(1, made.count + 1, PORTION):
        portion = {}
        for key in range(start, min(start + PORTION, made.count + 1)):
            at = made.moment(key)
            alike = by_year[at.year]
            words = alike[key * 7919 % len(alike)]
            portion[key] = replace(words, key=key, published_at=at)
        with generations.writing():
            indexing.write(generation, made.name, portion)
    indexing.lexemes_of = lexemes_of
    begun = time.perf_counter()
    engine().finish(generation.pk, lambda: None)
    building._switch(generation)
    return time.perf_counter() - begun


def sample(made: Made, number: int) -> list[int]:
    """Keys over the whole time."""
    step = max(1, made.count // number)
    return list(range(1, made.count + 1, step))


def main(count: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from gongkai.search import building, generations, registry

    call_command("migrate", verbosity=0, interactive=False)
    few = Made(min(count, DIFFERENT))
    registry.sources = lambda: {few.name: few}
    start = time.perf_counter()
    building.rebuild()
    rate = few.count / (time.perf_counter() - start)
    made = Made(count)
    registry.sources = lambda: {made.name: made}
    finished = fill(made)
    generations.clean()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    told = {
        "rate": rate,
        "finish": finished,
        "megabytes": size(),
        "kinds": {name: compare(asked) for name, asked in questions(made).items()},
        "one": one_document(made),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
