"""What a panel concluded, as tests ask for it."""

from sme_review.selectors.results import CertificationResult, all_results


def results_of(panel, *, viewer) -> list[CertificationResult]:
    """One result for each closed certification, of its last closed round."""
    return all_results(panel, viewer=viewer).final
