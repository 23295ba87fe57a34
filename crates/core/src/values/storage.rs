//! The PersistentVolumeClaim.

use crate::kubernetes::Quantity;
use serde::{Deserialize, Serialize};

/// A PersistentVolumeClaim for SQLite and local artifacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Storage {
    /// Whether the claim is created and mounted. It is kept when the release is removed.
    pub enabled: bool,
    /// Size of the volume.
    pub size: Quantity,
    /// How many nodes or pods may use the volume at once.
    pub access_mode: AccessMode,
    /// Storage class of the volume. When empty: the cluster's default; `-`: none.
    pub storage_class_name: String,
    /// Where the pods mount it.
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

/// How many nodes or pods may use a volume at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AccessMode {
    /// Pods of one node.
    ReadWriteOnce,
    /// Any pods, which may only read.
    ReadOnlyMany,
    /// Any pods.
    ReadWriteMany,
    /// One pod (Kubernetes 1.27 and newer).
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
