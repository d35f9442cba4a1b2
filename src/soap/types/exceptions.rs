//! The data of faults ([MS-IPAMM2] 2.2.4.252 and the types that extend it).

use super::prelude::*;

types! {
    // 2.2.4.252
    Ipam IpamExceptionData "IpamExceptionData": IpamObject {
        ExceptionId: IpamExceptionId;
        ExceptionMessage: string null;
    }
    // 2.2.4.254
    Ipam IpamGenericExceptionData "IpamGenericExceptionData": IpamExceptionData {
    }
    // 2.2.4.65
    Ipam ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData "ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData": IpamExceptionData {
        DestinationDatabaseType: IpamDatabaseType;
        SourceDatabaseType: IpamDatabaseType;
    }
    // 2.2.4.68
    Ipam ConflictingIPAddressFailureIpamExceptionData "ConflictingIPAddressFailureIpamExceptionData": IpamExceptionData {
        AddressSpaceName: string null;
        IPAddress: string null;
        ManagedBy: string null;
        ManagedByEntity: string null;
    }
    // 2.2.4.69
    Ipam ConflictingIPBlockFailureIpamExceptionData "ConflictingIPBlockFailureIpamExceptionData": IpamExceptionData {
        ConflictingIPBlock: string null;
        IPBlock: string null;
    }
    // 2.2.4.70
    Ipam ConflictingIPRangeFailureIpamExceptionData "ConflictingIPRangeFailureIpamExceptionData": IpamExceptionData {
        ConflictingIPRangesManaged: string null;
        IPRangeManaged: string null;
    }
    // 2.2.4.86
    Ipam DatabaseLocaleMismatchIpamExceptionData "DatabaseLocaleMismatchIpamExceptionData": IpamExceptionData {
        DatabaseLocale: string null;
        DatabaseName: string null;
        IPAMServerLocale: string null;
    }
    // 2.2.4.87
    Ipam DatabaseSchemaVersionMismatchIpamExceptionData "DatabaseSchemaVersionMismatchIpamExceptionData": IpamExceptionData {
        DatabaseSchemaVersion: IpamSchemaVersion null;
        IPAMServerSchemaVersion: IpamSchemaVersion null;
    }
    // 2.2.4.88
    Ipam DatabaseServerEditionNotSupportedIpamExceptionData "DatabaseServerEditionNotSupportedIpamExceptionData": IpamExceptionData {
        DatabaseServerEdition: string null;
        DatabaseServerNameOrIP: string null;
        ExpectedDatabaseServerEdition: string null;
    }
    // 2.2.4.89
    Ipam DatabaseServerVersionNotSupportedIpamExceptionData "DatabaseServerVersionNotSupportedIpamExceptionData": IpamExceptionData {
        DatabaseServerNameOrIP: string null;
        DatabaseServerVersion: string null;
        MinSupportedDatabaseServerVersion: string null;
    }
    // 2.2.4.209
    Ipam DnsResourceRecordIsAlreadyMappedIpamExceptionData "DnsResourceRecordIsAlreadyMappedIpamExceptionData": IpamExceptionData {
        AddressSpaceName: string null;
        IPAddress: string null;
        ManagedBy: string null;
        ManagedByEntity: string null;
    }
    // 2.2.4.219
    Ipam DnsSetPreferredServerInvalidZoneTypeExceptionData "DnsSetPreferredServerInvalidZoneTypeExceptionData": IpamExceptionData {
        ZoneNames: string null;
    }
    // 2.2.4.234
    Ipam InvalidDBConfigDatabaseTypeNotValidIpamExceptionData "InvalidDBConfigDatabaseTypeNotValidIpamExceptionData": IpamExceptionData {
        DatabaseType: int;
    }
    // 2.2.4.235
    Ipam InvalidSQLDBConfigAuthNotSupportedIpamExceptionData "InvalidSQLDBConfigAuthNotSupportedIpamExceptionData": IpamExceptionData {
        DatabaseAuthenticationType: int;
    }
    // 2.2.4.236
    Ipam InvalidSQLDBConfigInvalidPortIpamExceptionData "InvalidSQLDBConfigInvalidPortIpamExceptionData": IpamExceptionData {
        InputPort: unsignedInt;
        MaxAllowedPort: unsignedInt;
        MinAllowedPort: unsignedInt;
    }
    // 2.2.4.237
    Ipam InvalidWIDDBConfigAuthNotSupportedIpamExceptionData "InvalidWIDDBConfigAuthNotSupportedIpamExceptionData": IpamExceptionData {
        DatabaseAuthenticationType: int;
    }
    // 2.2.4.238
    Ipam InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData "InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData": IpamExceptionData {
        Path: string null;
    }
    // 2.2.4.239
    Ipam InvalidWIDDBConfigInvalidCredentialIpamExceptionData "InvalidWIDDBConfigInvalidCredentialIpamExceptionData": IpamExceptionData {
        Username: string null;
    }
    // 2.2.4.240
    Ipam InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData "InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData": IpamExceptionData {
        ExpectedDatabaseName: string null;
        InputDatabaseName: string null;
    }
    // 2.2.4.241
    Ipam InvalidWIDDBConfigPortNotAllowedIpamExceptionData "InvalidWIDDBConfigPortNotAllowedIpamExceptionData": IpamExceptionData {
        Port: unsignedInt;
    }
    // 2.2.4.242
    Ipam InvalidWIDDBConfigServerNotAllowedIpamExceptionData "InvalidWIDDBConfigServerNotAllowedIpamExceptionData": IpamExceptionData {
        DatabaseServerNameOrIP: string null;
    }
    // 2.2.4.345
    Ipam PropertiesCouldNotBeValidatedIpamExceptionData "PropertiesCouldNotBeValidatedIpamExceptionData": IpamExceptionData {
        PropertiesNotValidated: ArrayOfstring null;
    }
    // 2.2.4.456
    Ipam UsingExistingSchemaNotSupportedIpamExceptionData "UsingExistingSchemaNotSupportedIpamExceptionData": IpamExceptionData {
        DatabaseType: string null;
    }
    // 2.2.4.289
    Ipam IpamSchemaVersion "IpamSchemaVersion": BaseIpamObject {
        MajorVersion: int;
        MinorVersion: int;
        PatchVersion: int;
        SPVersion: int;
    }
}
