"""What `pytest --markers` says."""

__all__ = ["HELP"]

HELP = (
    "robust(attack=NAME | transform=NAME | under=PERTURBATION, ..., min_METRIC=BAR, max_METRIC=BAR): "
    "check robust_model on robust_data, whether or not the test requests a fixture; the other keywords are the "
    "perturbation's. With samples, seed, confidence, claim, error or exact it also sets these for the test. "
    'Example: @pytest.mark.robust(attack="fgsm", eps=0.1, min_accuracy=0.8)'
)
