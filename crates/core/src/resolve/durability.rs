//! What becomes of a file that the server writes.

use super::Server;
use crate::kubernetes::Volume;

/// How long a file at a path of the server's container lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It is on a volume that outlives the pod.
    Persistent,
    /// It is on a volume that goes with the pod.
    PodLifetime,
    /// It is in the container's own file system, which goes with the container.
    ContainerLifetime,
    /// It cannot be written: the volume is a Secret, a ConfigMap or mounted read-only.
    ReadOnlyVolume,
    /// It cannot be written: no volume is there, and the root file system is read-only.
    ReadOnlyRoot,
}

impl Server<'_> {
    /// Whether an update stops a pod before its successor starts.
    pub(crate) fn recreates(&self) -> bool {
        self.strategy.type_.as_deref() == Some("Recreate")
    }

    /// How long a file at an absolute path of the server's container lives.
    pub(crate) fn durability(&self, path: &str) -> Durability {
        let mount = self
            .volume_mounts
            .iter()
            .filter(|mount| is_below(path, &mount.mount_path))
            .max_by_key(|mount| mount.mount_path.trim_end_matches('/').len());
        let Some(mount) = mount else {
            return if self.read_only_root {
                Durability::ReadOnlyRoot
            } else {
                Durability::ContainerLifetime
            };
        };
        if mount.read_only == Some(true) {
            return Durability::ReadOnlyVolume;
        }
        let volume = self.volumes.iter().find(|volume| volume.name == mount.name);
        match volume {
            Some(volume) if is_ephemeral(volume) => Durability::PodLifetime,
            Some(volume) if is_read_only(volume) => Durability::ReadOnlyVolume,
            _ => Durability::Persistent,
        }
    }

    /// The folder of the first claim that the server mounts.
    pub(super) fn claim_folder(&self) -> Option<&str> {
        let volume = self
            .volumes
            .iter()
            .find(|volume| volume.persistent_volume_claim.is_some())?;
        let mount = self
            .volume_mounts
            .iter()
            .find(|mount| mount.name == volume.name)?;
        Some(&mount.mount_path)
    }
}

/// Whether `path` is `folder` or lies below it.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_ephemeral(volume: &Volume) -> bool {
    volume.empty_dir.is_some() || volume.ephemeral.is_some()
}

fn is_read_only(volume: &Volume) -> bool {
    volume.secret.is_some()
        || volume.config_map.is_some()
        || volume.projected.is_some()
        || volume.downward_api.is_some()
}
