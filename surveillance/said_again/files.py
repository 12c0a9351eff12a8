"""What is wrong with a row of a registry file, and how to mend it, as it is kept with the file.

Made in intake/csv_registry and registry; a test holds that every sentence of theirs is here.
"""

from typing import Final

from django.utils.translation import gettext_noop

FILE: Final = (
    gettext_noop("is empty"),
    gettext_noop("Choose a file with a first row of column names"),
    gettext_noop("is neither UTF-8 nor Windows-1252 (near line {lines})"),
    gettext_noop("Save it again as “CSV UTF-8”"),
    gettext_noop("is not a text file"),
    gettext_noop("Save the table as CSV"),
    gettext_noop("The file is no longer there"),
    gettext_noop("Upload it again"),
    gettext_noop("is not a column of a registry file"),
    gettext_noop(
        "Did you mean {name}? Columns of your own must begin with {allowed} to be passed over"
    ),
    gettext_noop("Columns of your own must begin with {allowed} to be passed over"),
    gettext_noop("is there twice"),
    gettext_noop("Keep one of them; other names of a column count as the same"),
    gettext_noop("is missing"),
    gettext_noop("Add the column; the template to download has all of them"),
    gettext_noop(
        "Add the column, or choose one site for the whole file (--site on the command line)"
    ),
    gettext_noop("opens a quotation mark that is not closed"),
    gettext_noop("has a quotation mark in the wrong place"),
    gettext_noop('Close it, or write it twice ("") where it belongs to the text'),
    gettext_noop("has {n} cells, the first row has {most}"),
    gettext_noop("Put cells that contain the separator (also 8,5) into quotation marks"),
    gettext_noop("Give every row as many cells as the first row has; leave cells blank"),
    gettext_noop("is not the site chosen for this file"),
    gettext_noop("Take the row out, or import the file without choosing {name}"),
    gettext_noop("Name the site, or choose one (--site)"),
    gettext_noop("is not a site that you may import into"),
    gettext_noop("Did you mean {name}? Sites: {allowed}"),
    gettext_noop("Sites: {allowed}"),
    gettext_noop("could not be stored"),
    gettext_noop("Import again; if it stays, tell those who run this system the line"),
)

CELLS: Final = (
    gettext_noop("can mean more than one thing"),
    gettext_noop("is not one of the words used here"),
    gettext_noop("Did you mean {name}? Use one of: {allowed}"),
    gettext_noop("Use one of: {allowed}"),
    gettext_noop("Say MRI_HEPATOBILIARY, MRI_EXTRACELLULAR or MRI_NONCONTRAST"),
    gettext_noop("Say CT_MULTIPHASE, CT_SINGLE_PHASE or CT_NONCONTRAST"),
    gettext_noop(
        "Say TRANSFERRED_ACKNOWLEDGED if the receiving centre has confirmed, otherwise "
        "TRANSFERRED_UNACKNOWLEDGED"
    ),
    gettext_noop("names “{name}”, which is no liver segment"),
    gettext_noop("Write Couinaud segments I to VIII, for example IVa V"),
    gettext_noop("is not a day of the calendar"),
    gettext_noop("Correct the date"),
    gettext_noop("is not a date in the declared format"),
    gettext_noop("Write YYYY-MM-DD, or {allowed} as declared"),
    gettext_noop("is not an ISO date"),
    gettext_noop("Write YYYY-MM-DD, or declare the format of the file, for example DD/MM/YYYY"),
    gettext_noop("is not above {most} to {unit}"),
    gettext_noop("is not from {most} to {unit}"),
    gettext_noop("Give a number above {most} to {unit}"),
    gettext_noop("Give a number from {most} to {unit}"),
    gettext_noop("has more than {n} decimal places"),
    gettext_noop("Give at most {n} decimal places; sizes are never rounded here"),
    gettext_noop("can be read in two ways"),
    gettext_noop("Write 1234 or 1.234: a comma before three digits could be either"),
    gettext_noop("is negative"),
    gettext_noop("Correct the number"),
    gettext_noop("is not a number"),
    gettext_noop(
        "Write digits with one decimal point or comma, for example 8.5; leave out < and ~"
    ),
    gettext_noop("has {n} characters, more than {most}"),
    gettext_noop("Shorten it to {most} characters"),
    gettext_noop("contains an invisible character"),
    gettext_noop("Remove it"),
    gettext_noop("is not an e-mail address"),
    gettext_noop("Write one address such as name@example.org, or leave the cell blank"),
    gettext_noop("is not yes, no or unknown"),
    gettext_noop("Write yes, no or unknown, or leave the cell blank"),
    gettext_noop("is neither yes nor no"),
    gettext_noop("Write yes or no"),
)

ROWS: Final = (
    gettext_noop("Give the patient's record number"),
    gettext_noop("Give the exam its accession number"),
    gettext_noop("Give the day of the exam"),
    gettext_noop("Say what kind of exam it was"),
    gettext_noop("Give the day of the blood sample"),
    gettext_noop("Give the result"),
    gettext_noop("Give the day of the result"),
    gettext_noop("Say what was decided"),
    gettext_noop("Give the day of the decision"),
    gettext_noop("Say who recorded the decision"),
    gettext_noop("Say why the lesion cannot be characterised"),
    gettext_noop("Say who signed it"),
    gettext_noop("Say REMOVED or TREATED"),
    gettext_noop("Give the day of treatment"),
    gettext_noop("Say who recorded it"),
    gettext_noop("is before 1900"),
    gettext_noop("Correct the year"),
    gettext_noop("is in the future"),
    gettext_noop("Give the day on which it was so, at the latest today ({day})"),
    gettext_noop("is before the birth date given in this row ({day})"),
    gettext_noop("Correct this date or the birth date"),
    gettext_noop("Give the result in ng/mL"),
    gettext_noop("Name the lesion, for example L1, the same in every row about it"),
    gettext_noop("is missing beside findings"),
    gettext_noop("Give accession, performed_on and modality, or leave the findings blank"),
    gettext_noop("is missing beside an exam"),
    gettext_noop("Name the lesion that was looked at, for example L1"),
    gettext_noop("is missing for an outside exam"),
    gettext_noop("Say what proves the exam, for example where its report is filed"),
    gettext_noop("is given for no ultrasound"),
    gettext_noop("Leave it blank; say adequate: no if the exam was limited"),
    gettext_noop("is given for a lesion that was not seen"),
    gettext_noop("Leave the size blank, or say lesion_seen: yes"),
    gettext_noop("Say which status holds, or leave its date and reason blank"),
    gettext_noop("Give the day from which it holds"),
    gettext_noop("must be signed"),
    gettext_noop("Leave it blank; a clinician signs this in the application"),
    gettext_noop("Say from when the risk facts hold"),
    gettext_noop("has no pregnancy"),
    gettext_noop("Say pregnant: yes, or leave the day blank"),
    gettext_noop("has no signs beside it"),
    gettext_noop("Say cardiac_failure_signs: yes, or leave the day blank"),
)

RECORD: Final = (
    gettext_noop("was recorded and retracted here; it is not taken in again"),
    gettext_noop("{value} of {day} was recorded and retracted here; it is not taken in again"),
    gettext_noop("stays as first recorded for {name}: {value}"),
    gettext_noop("stays as recorded for {name}"),
    gettext_noop("Give the exam at which it changed"),
    gettext_noop("Give the family name in at least one row of a patient who is new here"),
    gettext_noop("is refused on record; a file does not undo that"),
    gettext_noop("Record the new consent in the application"),
    gettext_noop("is older than the record, which has {value}"),
    gettext_noop("is {day} here and {born} in {where}"),
    gettext_noop(
        "Correct whichever is wrong; if these are two people, one has the wrong record number"
    ),
    gettext_noop("is before the birth date in {where} ({born})"),
    gettext_noop("the record"),
    gettext_noop("line {n}"),
    gettext_noop("Correct one of the two dates"),
    gettext_noop("is on record for an exam of another patient at this site"),
    gettext_noop("Correct the accession number, or the record number"),
    gettext_noop("is given to another patient in line {n}"),
    gettext_noop("differs from line {n}, which has {value}"),
    gettext_noop("Correct whichever row is wrong"),
    gettext_noop("differs from the record, which has nothing"),
    gettext_noop("differs from the record, which has {value}"),
    gettext_noop(
        "Correct the file; if the record is wrong, retract that exam in the application first"
    ),
)

FILES: Final = (*FILE, *CELLS, *ROWS, *RECORD)
