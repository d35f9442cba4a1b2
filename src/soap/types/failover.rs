//! Failover relationships ([MS-IPAMM2] 2.2.4.104).

use super::prelude::*;

types! {
    // 2.2.4.104
    Ipam DhcpFailover "DhcpFailover": BaseIpamObject {
        AutoStateTransition: boolean;
        MCLT: duration;
        Mode: DhcpFailoverMode;
        OperationTracker: ArrayOfDhcpFailoverOperations null;
        RecordId: long;
        RelationshipName: string null;
        Server1IP: IPAddress null;
        Server1Name: string null;
        Server1PSName: string null;
        Server1Percentage: unsignedInt;
        Server1RecordId: long;
        Server1State: DhcpFailoverState;
        Server2IP: IPAddress null;
        Server2Name: string null;
        Server2PSName: string null;
        Server2RecordId: long;
        Server2State: DhcpFailoverState;
        ServerOwner: DhcpFailoverOperationOwner;
        SharedSecret: base64Binary null;
        SharedSecretEnabled: boolean;
        StateSwitchInterval: duration;
    }
}
