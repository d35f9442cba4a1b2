//! Arrays, pairs and tuples ([MS-IPAMM2] 2.2.4.18 and following).

use super::prelude::*;

types! {
    // 2.2.4.18
    Ipam ArrayOfCustomFieldValue "ArrayOfCustomFieldValue": - = CustomFieldValue: CustomFieldValue null;
    // 2.2.4.19
    Ipam ArrayOfDhcpExclusionRange "ArrayOfDhcpExclusionRange": - = DhcpExclusionRange: DhcpExclusionRange null;
    // 2.2.4.20
    Ipam ArrayOfDhcpFailoverOperations "ArrayOfDhcpFailoverOperations": - = DhcpFailoverOperations: DhcpFailoverOperations;
    // 2.2.4.23
    Ipam ArrayOfDhcpOption "ArrayOfDhcpOption": - = DhcpOption: DhcpOption null;
    // 2.2.4.24
    Ipam ArrayOfDhcpOptionDefinition "ArrayOfDhcpOptionDefinition": - = DhcpOptionDefinition: DhcpOptionDefinition null;
    // 2.2.4.25
    Ipam ArrayOfDhcpPolicyRangeV4 "ArrayOfDhcpPolicyRangeV4": - = DhcpPolicyRangeV4: DhcpPolicyRangeV4 null;
    // 2.2.4.28
    Ipam ArrayOfDhcpScope "ArrayOfDhcpScope": - = DhcpScope: DhcpScope null;
    // 2.2.4.29
    Ipam ArrayOfDhcpScopeV4 "ArrayOfDhcpScopeV4": - = DhcpScopeV4: DhcpScopeV4 null;
    // 2.2.4.30
    Ipam ArrayOfDhcpServer "ArrayOfDhcpServer": - = DhcpServer: DhcpServer null;
    // 2.2.4.33
    Ipam ArrayOfDhcpUserClass "ArrayOfDhcpUserClass": - = DhcpUserClass: DhcpUserClass null;
    // 2.2.4.34
    Ipam ArrayOfDhcpVendorClass "ArrayOfDhcpVendorClass": - = DhcpVendorClass: DhcpVendorClass null;
    // 2.2.4.40
    Ipam ArrayOfEntityStatus "ArrayOfEntityStatus": - = EntityStatus: EntityStatus null;
    // 2.2.4.47
    Ipam ArrayOfIpamObject "ArrayOfIpamObject": - = IpamObject: IpamObject null;
    // 2.2.4.55
    Ipam ArrayOfPolicyOperations "ArrayOfPolicyOperations": - = PolicyOperations: PolicyOperations;
    // 2.2.4.58
    Ipam ArrayOfServerRole "ArrayOfServerRole": - = ServerRole: ServerRole null;
    // 2.2.4.365
    Arrays ArrayOfanyType "ArrayOfanyType": - = anyType: anyType null;
    // 2.2.4.379
    Arrays ArrayOflong "ArrayOflong": - = long: long;
    // 2.2.4.380
    Arrays ArrayOfstring "ArrayOfstring": - = string: string null;
    // 2.2.4.381
    Arrays ArrayOfunsignedByte "ArrayOfunsignedByte": - = unsignedByte: unsignedByte;
    // 2.2.4.382
    Arrays ArrayOfunsignedShort "ArrayOfunsignedShort": - = unsignedShort: unsignedShort;
    // 2.2.4.403
    System ArrayOfTupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL "ArrayOfTupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL": - = TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL: TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL null;
    // 2.2.4.414
    System TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL "TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL": - {
        m_Item1: DhcpVendorClass null;
        m_Item2: ArrayOfDhcpOptionDefinition null;
        m_Item3: DhcpServer null;
    }
    // 2.2.4.423
    Generic ArrayOfKeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S "ArrayOfKeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S": - = KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S: KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S;
    // 2.2.4.425
    Generic ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S": - = KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S: KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S;
    // 2.2.4.424
    Generic ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S": - = KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S: KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S;
    // 2.2.4.426
    Generic ArrayOfKeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S "ArrayOfKeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S": - = KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S: KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S;
    // 2.2.4.427
    Generic ArrayOfKeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S "ArrayOfKeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S": - = KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S: KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S;
    // 2.2.4.432
    Generic KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S "KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S": - {
        key: CollectionOperations;
        value: DhcpExclusionRange null;
    }
    // 2.2.4.434
    Generic KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S "KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S": - {
        key: CollectionOperations;
        value: DhcpOptionDefinition null;
    }
    // 2.2.4.433
    Generic KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S": - {
        key: CollectionOperations;
        value: DhcpOption null;
    }
    // 2.2.4.435
    Generic KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S "KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S": - {
        key: CollectionOperations;
        value: DhcpUserClass null;
    }
    // 2.2.4.436
    Generic KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S "KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S": - {
        key: CollectionOperations;
        value: DhcpVendorClass null;
    }
    // 2.2.4.440
    Net ArrayOfIPAddress "ArrayOfIPAddress": - = IPAddress: IPAddress null;
}
