-- Lesions to which something must be owed by the raw facts, and nothing is.
-- From clinical.md: 3.2 (risk), 3.5 (contrast studies), A-31 (who may stop), I2, I5, I15, I17, I25,
-- R05, R16, R20. Parameters: site, today (the site's own day), adult_born (18 years before today).
WITH profile AS (
    SELECT * FROM (
        SELECT r.*, row_number() OVER (
            PARTITION BY r.patient_id
            ORDER BY r.effective_on DESC, r.recorded_at DESC, r.sequence DESC) AS newest
        FROM patients_riskprofile r WHERE r.effective_on <= %(today)s) ranked
    WHERE newest = 1
), person AS (
    SELECT p.id, p.birth_date,
        p.birth_date > %(adult_born)s AS is_child,
        -- 3.2: at risk or undetermined unless every fact is explicitly normal
        NOT COALESCE(f.cirrhosis = 'NO' AND f.chronic_hbv = 'NO' AND f.chronic_hcv = 'NO'
            AND f.masld_advanced_fibrosis = 'NO' AND f.ald = 'NO'
            AND f.other_chronic_liver_disease = 'NO' AND f.hcc_risk_factors = 'NO'
            AND f.prior_hcc = 'NO' AND f.normal_liver_function = 'YES'
            AND f.normal_liver_parenchyma = 'YES'
            AND f.extrahepatic_malignancy <> 'UNKNOWN', FALSE) AS is_elevated,
        COALESCE(f.extrahepatic_malignancy = 'YES', FALSE) AS has_malignancy,
        COALESCE(CAST(f.contraindications AS text) LIKE '%%MRI_DEVICE%%'
            OR CAST(f.contraindications AS text) LIKE '%%GADOLINIUM_ALLERGY%%', FALSE) AS no_mri
    FROM patients_patient p LEFT JOIN profile f ON f.patient_id = p.id
    WHERE p.site_id = %(site)s AND p.merged_into_id IS NULL
        AND p.status NOT IN ('DECEASED', 'TRANSFERRED_ACKNOWLEDGED', 'SURVEILLANCE_NOT_APPROPRIATE')
), seen AS (
    SELECT o.lesion_id, e.performed_on, e.modality, o.size_mm, o.aphe, o.washout, o.isolation,
        o.pattern, o.kind, o.conclusion,
        e.adequate AND o.adequate AND e.vis <> 'C' AND e.report_status = 'FINAL'
            AND o.lirads <> 'LR-NC' AND o.conclusion <> 'NOT_CATEGORISABLE' AS counts
    FROM surveillance_lesionobservation o JOIN surveillance_imagingexam e ON e.id = o.exam_id
    WHERE e.retracted_at IS NULL AND e.performed_on <= %(today)s
), imaging AS (
    SELECT lesion_id, count(DISTINCT CASE WHEN counts THEN performed_on END) AS adequate_days,
        min(performed_on) AS first_on, max(size_mm) AS largest_mm,
        max(CASE WHEN counts AND modality IN ('MRI_EXTRACELLULAR', 'MRI_HEPATOBILIARY')
            THEN 1 ELSE 0 END) AS by_mri,
        max(CASE WHEN counts AND modality IN ('MRI_EXTRACELLULAR', 'MRI_HEPATOBILIARY',
            'CT_MULTIPHASE', 'CT_SINGLE_PHASE', 'CEUS') THEN 1 ELSE 0 END) AS by_contrast,
        max(CASE WHEN isolation = 'CONFIRMED' THEN 1 ELSE 0 END) AS confirmed,
        max(CASE WHEN isolation = 'UNCERTAIN' THEN 1 ELSE 0 END) AS uncertain,
        max(CASE WHEN pattern = 'PUNCTATE' THEN 1 ELSE 0 END) AS punctate,
        max(CASE WHEN aphe = 'YES' AND washout = 'YES' AND counts AND modality IN (
            'MRI_EXTRACELLULAR', 'MRI_HEPATOBILIARY', 'CT_MULTIPHASE')
            THEN performed_on END) AS washout_on,
        max(CASE WHEN counts AND modality IN ('MRI_EXTRACELLULAR', 'MRI_HEPATOBILIARY',
            'CT_MULTIPHASE') THEN performed_on END) AS dynamic_on
    FROM seen GROUP BY lesion_id
), event AS (
    SELECT lesion_id,
        max(CASE WHEN kind = 'REMOVED_OR_TREATED' THEN 1 ELSE 0 END) AS removed,
        max(CASE WHEN kind = 'PATHOLOGY' AND value = 'MALIGNANT' THEN 1 ELSE 0 END) AS malignant,
        max(CASE WHEN kind = 'PATHOLOGY' AND value = 'BENIGN_SPECIFIC' THEN 1 ELSE 0 END) AS benign,
        max(CASE WHEN kind IN ('MDT_DECISION', 'CHARACTERISATION_WAIVER', 'PATHOLOGY')
            THEN occurred_on END) AS decided_on
    FROM surveillance_lesionevent
    WHERE retracted_at IS NULL AND occurred_on <= %(today)s GROUP BY lesion_id
), signed AS (
    -- 8.9: a clinician's signed closure that is the newest word of a clinician
    SELECT a.lesion_id FROM surveillance_lesionassessment a
    WHERE a.override_kind = 'CLOSE'
        AND (a.override_expires_on IS NULL OR a.override_expires_on >= %(today)s)
        AND NOT EXISTS (SELECT 1 FROM surveillance_lesionassessment b
            WHERE b.lesion_id = a.lesion_id AND b.overrides_id IS NOT NULL
                AND b.sequence > a.sequence)
), judged AS (
    SELECT l.id, CASE
        WHEN person.birth_date IS NULL OR i.lesion_id IS NULL
            OR i.first_on < person.birth_date THEN 'R05: facts are missing'
        WHEN COALESCE(v.malignant, 0) = 1 THEN 'R20: malignant on biopsy'
        WHEN person.is_elevated THEN 'I2, I15: elevated risk is never closed'
        WHEN person.is_child AND person.has_malignancy THEN 'I15: a child with a malignancy'
        WHEN person.is_child AND i.adequate_days < 3 THEN 'R16: fewer than three exams'
        WHEN person.is_child THEN NULL
        WHEN i.washout_on = i.dynamic_on
            AND (v.decided_on IS NULL OR v.decided_on < i.washout_on) THEN 'I5: washout'
        WHEN COALESCE(v.benign, 0) = 1 THEN NULL
        WHEN person.has_malignancy AND i.by_mri = 0 AND NOT person.no_mri
            AND v.decided_on IS NULL THEN 'I17: malignancy without contrast MRI'
        WHEN i.by_contrast = 0 AND NOT (l.kind = 'ISOLATED_CALCIFICATION' AND i.confirmed = 1
            AND i.uncertain = 0 AND i.punctate = 1 AND i.largest_mm < 10
            AND l.symptomatic <> 'YES') THEN 'I25: never characterised'
        END AS reason
    FROM surveillance_lesion l JOIN person ON person.id = l.patient_id
    LEFT JOIN imaging i ON i.lesion_id = l.id LEFT JOIN event v ON v.lesion_id = l.id
    WHERE COALESCE(v.removed, 0) = 0
)
SELECT judged.id, judged.reason FROM judged
WHERE judged.reason IS NOT NULL
    AND judged.id NOT IN (SELECT lesion_id FROM signed)
    AND NOT EXISTS (SELECT 1 FROM surveillance_followup f
        WHERE f.lesion_id = judged.id AND f.closed_at IS NULL)
ORDER BY judged.id
