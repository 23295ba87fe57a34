//! The npm package of the module.

use std::path::PathBuf;

use xshell::cmd;

use crate::step::step;
use crate::tools::{self, WASM_BINDGEN};
use crate::wasm::{self, Toolchain};
use crate::workspace::Workspace;

/// Files of the package that are not built.
const FILES: [&str; 7] = [
    "README.md",
    "index.d.ts",
    "node.js",
    "package.json",
    "schema.d.ts",
    "web.js",
    "../../../LICENSE",
];

/// What wasm-bindgen writes that belongs in the package.
const GLUE: [&str; 2] = ["module.js", "module.d.ts"];

/// Where the package is built.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("npm/mlflow-k8s-wasm")
}

/// Builds the package and packs it; returns the tarball. Its description names
/// the repository, if that is known.
pub(crate) fn build(workspace: &Workspace, repository: Option<&str>) -> anyhow::Result<PathBuf> {
    let shell = &workspace.shell;
    let toolchain = Toolchain::find_or_install(workspace)?;
    let bindgen = WASM_BINDGEN.install(workspace)?.join("wasm-bindgen");
    let wasm_opt = tools::install_npm_packages(workspace)?.join("node_modules/.bin/wasm-opt");

    step("module", || {
        let build = ["build", "--quiet", "--lib", "--profile", "wasm-release"];
        Ok(toolchain
            .cargo(workspace, build)
            .args(["--package", "mlflow-k8s-wasm"])
            .run()?)
    })?;
    let module = wasm::output(workspace, "wasm-release/mlflow_k8s_wasm.wasm");

    let package = folder(workspace);
    let work = workspace.target.join("npm/work");
    shell.remove_path(&package)?;
    shell.create_dir(&package)?;
    shell.create_dir(&work)?;
    cmd!(
        shell,
        "{bindgen} --target web --out-name module --out-dir {work} {module}"
    )
    .run()?;
    for file in GLUE {
        shell.copy_file(work.join(file), &package)?;
    }
    // Optimising takes longer than all else, and the same input gives the same output.
    let module = work.join("module_bg.wasm");
    let (input, output) = (
        work.join("optimised-from.wasm"),
        work.join("optimised.wasm"),
    );
    let bytes = shell.read_binary_file(&module)?;
    if std::fs::read(&input).is_ok_and(|before| before == bytes) {
        eprintln!("the module is optimised already");
    } else {
        step("optimising the module", || {
            Ok(cmd!(shell, "{wasm_opt} -Oz {module} --output {output}").run()?)
        })?;
        // Written last: an optimisation that broke off is done again.
        shell.write_file(&input, bytes)?;
    }
    shell.copy_file(output, package.join("module_bg.wasm"))?;

    for file in FILES {
        shell.copy_file(workspace.root.join("crates/wasm/npm").join(file), &package)?;
    }
    let manifest = package.join("package.json");
    let text = shell.read_file(&manifest)?;
    shell.write_file(&manifest, completed(&text, repository)?)?;
    let schema = mlflow_k8s_core::values::schema().to_string();
    shell.write_file(package.join("schema.json"), &schema)?;
    // JSON is JavaScript, and its parser is the faster one for a text of this size;
    // as a text literal it needs no loader anywhere.
    let literal = quoted(&schema);
    let source = format!(
        "const TEXT = {literal};\n\nexport function schema() {{\n    return JSON.parse(TEXT);\n}}\n"
    );
    shell.write_file(package.join("schema.js"), source)?;

    let tarballs = workspace.target.join("npm");
    let tarball = cmd!(
        shell,
        "npm pack --loglevel=error --pack-destination {tarballs} {package}"
    )
    .read()?;
    Ok(tarballs.join(tarball.trim()))
}

/// The description of the package, with its version and its repository.
fn completed(manifest: &str, repository: Option<&str>) -> anyhow::Result<String> {
    let mut manifest: serde_json::Map<String, serde_json::Value> = serde_json::from_str(manifest)?;
    let version = env!("CARGO_PKG_VERSION");
    manifest.insert("version".to_owned(), version.into());
    if let Some(address) = repository {
        let repository = serde_json::json!({"type": "git", "url": format!("git+{address}.git")});
        manifest.insert("repository".to_owned(), repository);
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&manifest)?))
}

/// A text as a literal of JavaScript.
fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            _ => literal.push(character),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_published_package_says_where_it_comes_from() {
        let source = include_str!("../../wasm/npm/package.json");
        let plain = super::completed(source, None).unwrap();
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        assert_eq!(plain, source.replace("\"version\": \"0.0.0\"", &version));
        let published = super::completed(source, Some("https://example.com/a/b")).unwrap();
        assert!(published.contains("\"url\": \"git+https://example.com/a/b.git\""));
    }

    #[test]
    fn texts_are_literals() {
        assert_eq!(super::quoted(r#"it's "\n""#), r#"'it\'s "\\n"'"#);
    }
}
