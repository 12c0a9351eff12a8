"""What DICOM (0008,0060; CID 29) calls our modalities; which contrast was given it does not say."""

from typing import Final

from surveillance.protocol.terms import Modality

DICOM_MODALITY: Final = {
    Modality.US: "US",
    Modality.CEUS: "US",
    Modality.CT_NONCONTRAST: "CT",
    Modality.CT_SINGLE_PHASE: "CT",
    Modality.CT_MULTIPHASE: "CT",
    Modality.MRI_NONCONTRAST: "MR",
    Modality.MRI_EXTRACELLULAR: "MR",
    Modality.MRI_HEPATOBILIARY: "MR",
    Modality.MRI_CONTRAST: "MR",
    Modality.PET_CT: "PT",
    Modality.XR: "DX",
}
