"""What a machine may act on alone is read to the last word; one word too many is a person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.procedure_words import are_plain, says_not_done
from surveillance.protocol.report_reader.wholly_read import not_read

PLAIN = (
    "Liver: 8.3 mm lesion in segment IVB, unchanged.",
    "FINDINGS\nLiver: 8 mm calcified lesion in segment 6, unchanged from prior MRI of 12 March "
    "2025. No new lesion. No ascites or biliary dilatation. Gallbladder, spleen and pancreas are "
    "normal.\nIMPRESSION\n1. Stable 8 mm lesion in segment 6.",
    "Stable calcified nodule in segment VII measuring 12 x 9 mm. No other focal liver lesions.",
    "Liver: stable 6 mm calcification in segment VIII since the previous exam.",
    "The lesion in segment V measures 7 mm, stable compared with 2025-03-01. No evidence of new "
    "focal lesions. Portal vein patent.",
    "",
)
UNCLEAR = (
    "Left lobe not imaged.", "VIS C.", "Non diagnostic study.", "Incomplete examination.",
    "Poor acoustic window, poor views.", "Liver incompletely imaged.", "Difficult scan.",
    "Contrast not given due to allergy.", "Scan acquired without contrast.",
    "Unenhanced study only.", "Portal venous phase only.", "Not assessed today.",
    "Image quality poor because of movement.", "Only right lobe seen.", "Lesion not seen.",
    "It has doubled in size.", "Slightly bigger than before.", "Irregular margins, suspicious.",
    "Arterial enhancement present.", "No washout seen but enhancement is seen.",
    "Portal vein thrombus.", "Separate hypoechoic area 2 cm in left lobe.", "Needs urgent MRI.",
    "The 5.2 mm lesion of segment II of the liver now measures 14.2 mm.",
    "8.3 mm in 2025, now 17.3 mm.", "7.7 mm -> 16.7 mm.", "8 mm (was 6 mm).", "5 mm, 6 mm.",
    "On the previous exam there was a 7.4 mm lesion in segment IVB of the liver.",
    "6.3 mm lesion in liver segment V on MRI of 2025.", "No lesion seen in segment 2?",
    "Size ↑.", "Lesion ++.", "Portal vein patent / mass.", "Mass 8 mm ± 2.", "Known lesion.",
    "Examination of the right lobe.", "Stable since ablation 2025.", "Stable from cancer 2025.",
    "Unchanged since TACE 2025.", "Comparison: 8 mm lesion.",
    "22 mm calcified nodule in segment VII, not seen before.", "Nódulo calcificado, sin cambios.",
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_report_that_says_only_what_is_known_is_wholly_read(text):
    assert not_read(text) == ()


@pytest.mark.parametrize("text", UNCLEAR)
def test_whatever_else_is_said_is_put_to_a_person_with_its_place(text):
    whole = f"Liver: 8 mm lesion in segment IVB, unchanged. {text}"

    places = not_read(whole)

    assert places
    assert all(place.start > whole.index("unchanged") for place in places)


@given(st.sampled_from(PLAIN), st.text(alphabet=st.characters(categories=["L"])))
def test_a_word_that_is_not_known_is_never_passed_over(text, ending):
    assert not_read(f"{text} zq{ending}.")


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("MRI liver with and without contrast, gadoxetate", True),
        ("US abdomen complete", True),
        ("CT ABD PELVIS W CONTRAST 3 PHASE", True),
        ("Ultrasound liver liver", True),
        ("CT liver triphasic aborted", False),
        ("US abdominal aorta screening", False),
        ("US abdominal wall hernia", False),
        ("US renal transplant abdomen", False),
        ("US abdomen for paracentesis", False),
        ("US abdomen limited", False),
    ],
)
def test_the_words_for_an_exam_say_its_kind_and_region_or_a_person_reads_them(words, plain):
    assert are_plain(words) is plain


@pytest.mark.parametrize(
    "words", ["MRI liver (attempted, not completed)", "MRI liver - cancelled", "CT liver aborted"]
)
def test_an_exam_that_was_not_finished_is_told_by_its_words(words):
    assert says_not_done(words)
