//! Subtasks, results and what they tell of ([MS-IPAMM2] 2.2.4.399, 2.2.4.119).

use super::prelude::*;

types! {
    // 2.2.4.399
    Ipam SubTaskInstance "SubTaskInstance": IpamObject {
        FailedCompletionStatus: IpamException null;
        IsNonDeterministicProgress: boolean;
        ProgressStatusDescriptions: string null;
        SubTaskInstanceDetails: IpamObject null;
        SubTaskInstanceId: int;
        SubTaskName: string null;
        SubTaskStatus: SubTaskStatus;
        SubTaskUniqueId: int;
    }
    // 2.2.4.119
    Ipam DhcpMsmOverallCompletionStatus "DhcpMsmOverallCompletionStatus": IpamObject {
        EntityStatusCollectionObject: IpamObject null;
        ErrorInfo: IpamException null;
        HasIpamUpdateError: boolean;
        ReturnObject: IpamObject null;
    }
    // 2.2.4.227
    Ipam EntityStatusCollection "EntityStatusCollection": IpamObject {
        EntityStatusList: ArrayOfEntityStatus null;
    }
    // 2.2.4.226
    Ipam EntityStatus "EntityStatus": - {
        IsSuccessful: boolean;
        ObjectType: IpamObjectType;
        OperationType: EntityOperationType;
        RecordId: long;
    }
    // 2.2.4.354
    Ipam ReplicateServerDataFormatter "ReplicateServerDataFormatter": IpamObject {
        ServerName: string null;
    }
    // 2.2.4.350
    Ipam ReplicateRelationDataFormatter "ReplicateRelationDataFormatter": IpamObject {
        RelationName: string null;
        ServerName: string null;
    }
    // 2.2.4.353
    Ipam ReplicateScopesDataFormatter "ReplicateScopesDataFormatter": IpamObject {
        ServerName: string null;
        scopeListString: string null;
    }
    // 2.2.4.231
    Ipam FailoverDataFormatter "FailoverDataFormatter": IpamObject {
        FailoverName: string null;
        Server1Name: string null;
        Server2Name: string null;
    }
    // 2.2.4.360
    Ipam ScopeDataFormatter "ScopeDataFormatter": IpamObject {
        ScopeId: IPAddress null;
        ServerName: string null;
    }
    // 2.2.4.358
    Ipam ResetConfigSyncStatusDataFormatter "ResetConfigSyncStatusDataFormatter": IpamObject {
        Scopes: ArrayOfDhcpScope null;
    }
}
