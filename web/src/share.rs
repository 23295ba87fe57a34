//! Packs what a link holds, with the browser's own compression.

use mlflow_k8s_configurator::share::{LinkError, Shared, fragment};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableWritablePair, Response};

/// The fragment of what is shared.
pub async fn pack(shared: &Shared) -> Result<String, JsValue> {
    let json = serde_json::to_string(shared).map_err(|_| JsValue::NULL)?;
    let bytes = through("CompressionStream", json.as_bytes()).await?;
    Ok(fragment(&bytes))
}

/// What packed bytes hold.
pub async fn unpack(bytes: &[u8]) -> Result<Shared, LinkError> {
    let bytes = through("DecompressionStream", bytes)
        .await
        .map_err(|_| LinkError::Damaged)?;
    serde_json::from_slice(&bytes).map_err(|_| LinkError::Damaged)
}

/// Sends bytes through one of the browser's own streams, by the name of its
/// class: `web-sys` has them among its unstable parts only.
async fn through(class: &str, bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    let class: js_sys::Function =
        js_sys::Reflect::get(&js_sys::global(), &class.into())?.dyn_into()?;
    let format = js_sys::Array::of1(&"deflate-raw".into());
    let pair: ReadableWritablePair = js_sys::Reflect::construct(&class, &format)?.unchecked_into();
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let stream: ReadableStream = blob.stream().pipe_through(&pair);
    let response = Response::new_with_opt_readable_stream(Some(&stream))?;
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(js_sys::Uint8Array::new(buffer.unchecked_ref::<js_sys::ArrayBuffer>()).to_vec())
}
