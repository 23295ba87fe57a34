//! The PersistentVolumeClaim.

use crate::kubernetes::Quantity;
use serde::{Deserialize, Serialize};

/// A PersistentVolumeClaim for SQLite and local artifacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Storage {
    /// Whether to create the claim and mount it. The claim is kept when you uninstall the
    /// release.
    pub enabled: bool,
    /// Size of the volume.
    pub size: Quantity,
    /// How many nodes or Pods may use the volume at the same time.
    pub access_mode: AccessMode,
    /// Storage class of the volume: `standard`. When empty: the default of the cluster.
    /// `-` means no storage class.
    pub storage_class_name: String,
    /// Directory in the Pods where the volume is mounted.
    pub mount_path: String,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            enabled: false,
            size: Quantity("10Gi".to_owned()),
            access_mode: AccessMode::ReadWriteOnce,
            storage_class_name: String::new(),
            mount_path: "/mlflow".to_owned(),
        }
    }
}

/// How many nodes or Pods may use a volume at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AccessMode {
    /// Only Pods on one node.
    ReadWriteOnce,
    /// All Pods, but they can only read.
    ReadOnlyMany,
    /// All Pods.
    ReadWriteMany,
    /// Only one Pod (Kubernetes 1.27 and newer).
    ReadWriteOncePod,
}

impl AccessMode {
    /// The element of `accessModes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadWriteOnce => "ReadWriteOnce",
            Self::ReadOnlyMany => "ReadOnlyMany",
            Self::ReadWriteMany => "ReadWriteMany",
            Self::ReadWriteOncePod => "ReadWriteOncePod",
        }
    }

    /// Whether a second pod may have to wait until the first has gone.
    pub fn is_exclusive(self) -> bool {
        matches!(self, Self::ReadWriteOnce | Self::ReadWriteOncePod)
    }
}
