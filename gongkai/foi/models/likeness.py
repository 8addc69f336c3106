"""What a wish is like, without saying what it is: for finding repeated requests (Article 36 (6))."""

from __future__ import annotations

from django.db import models

from gongkai.foi.models.intake import Intake


class Likeness(models.Model):
    """The sketch (相似度特征) of what an intake asks for.

    Keyed hashes of pairs of characters (`gongkai.foi.similarity`): two sketches tell how much two
    texts have in common, and nothing about either. It goes when the applicant's data goes.
    """

    intake = models.OneToOneField(
        Intake, on_delete=models.CASCADE, related_name="likeness", verbose_name="来件"
    )
    sketch = models.BinaryField("特征", editable=False)

    class Meta:
        verbose_name = "相似度特征"
        verbose_name_plural = "相似度特征"

    def __str__(self) -> str:
        return f"相似度特征 {self.pk}"


class LikenessBand(models.Model):
    """A part of a sketch, bound to the body: who shares one is worth comparing."""

    likeness = models.ForeignKey(
        Likeness, on_delete=models.CASCADE, related_name="bands", verbose_name="相似度特征"
    )
    value = models.BigIntegerField("分段", db_index=True)

    class Meta:
        verbose_name = "相似度分段"
        verbose_name_plural = "相似度分段"

    def __str__(self) -> str:
        return f"相似度分段 {self.pk}"
