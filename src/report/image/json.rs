use serde_json::{Value, json as object};

use crate::image::Image;
use crate::image::diff::ImageDiff;
use crate::image::remedy::remedy;
use crate::image::series::Series;
use crate::image::stale::Stale;

use super::compared::cause;
use super::{ImageReport, rows};

/// The report as one object, `{"version":1,…}`; within version 1 keys are only added. Layers are
/// numbered from 1, the lowest; sizes are in bytes.
pub fn json(report: &ImageReport) -> Value {
    let mut value = object!({
        "version": 1,
        "image": image(report.image),
        "base": {
            "layers": report.base.layers,
            "evidence": report.base.evidence,
            "certain": report.base.evidence.is_certain(),
            "name": report.base.name,
        },
        "cache_evidence": report.origins.0,
        "history": rows(report),
        "totals": {
            "layers": report.image.layers.len(),
            "blob_bytes": report.image.blob_bytes(),
            "config_bytes": report.image.config_size,
        },
        "gates": report.gates,
        "warnings": report.image.warnings,
    });
    if let Some((old, comparison)) = report.against {
        value["against"] = object!({"name": old.name, "id": old.id});
        let mut compared = serde_json::to_value(comparison).unwrap_or_default();
        compared["hit_ratio"] = comparison.hit_ratio().into();
        if let Some(miss) = compared.get_mut("first_miss").filter(|miss| !miss.is_null()) {
            miss["layer"] = comparison.first_miss.as_ref().map(|miss| miss.layer + 1).into();
            miss["why"] = comparison.first_miss.as_ref().map(|miss| cause(&miss.cause)).into();
        }
        value["comparison"] = compared;
    }
    if let Some(stale) = report.stale {
        value["working_tree"] = working_tree(stale);
    }
    if let Some(files) = files(report) {
        value["files"] = files;
    }
    value
}

fn working_tree(stale: &Stale) -> Value {
    let mut value = serde_json::to_value(stale).unwrap_or_default();
    for (step, of) in value["steps"].as_array_mut().into_iter().flatten().zip(&stale.steps) {
        step["layer"] = of.layer.map(|layer| layer + 1).into();
    }
    let (reused, maybe, all) = stale.layers();
    value["stale"] = stale.is_stale().into();
    value["layers"] = object!({"reused": reused, "maybe": maybe, "all": all});
    value
}

fn image(image: &Image) -> Value {
    object!({
        "name": image.name,
        "tags": image.tags,
        "id": image.id,
        "digest": image.manifest_digest,
        "created": image.config.created,
        "author": image.config.author,
        "platform": image.platform(),
        "config": image.config.config,
        "annotations": image.annotations,
    })
}

fn files(report: &ImageReport) -> Option<Value> {
    let files = report.files?;
    let first = report.first_own();
    let path = |id| files.trees.paths.display(id);
    let instructions = report.image.layer_instructions();
    let flow = |flow: crate::image::analysis::Flow| {
        object!({"added_by": flow.added + 1, "killed_by": flow.killed + 1, "kind": flow.kind,
            "files": flow.files, "bytes": flow.bytes,
            "remedy": remedy(&flow, &instructions, report.base.border())})
    };
    let wasted = |file: crate::image::analysis::WastedPath| {
        let losses: Vec<Value> = file
            .losses
            .iter()
            .map(|(added, killed, kind, bytes)| {
                object!({"added_by": added + 1, "killed_by": killed + 1, "kind": kind, "bytes": bytes})
            })
            .collect();
        object!({"path": path(file.path), "bytes": file.bytes, "losses": losses})
    };
    let notes = files.trees.layers.iter().enumerate().flat_map(|(layer, tree)| {
        let notes = tree.iter().flat_map(|tree| &tree.notes);
        notes.map(move |note| object!({"layer": layer + 1, "kind": note.kind, "name": note.name}))
    });
    let stacked = files.stacked.notes.iter();
    let stacked = stacked.map(|(layer, kind, id)| object!({"layer": layer + 1, "kind": kind, "name": path(*id)}));
    Some(object!({
        "complete": files.trees.complete(),
        "hashed": files.stacked.hashed,
        "base_waste_included": first == 0,
        "totals": files.totals(first),
        "waste": files.flows(first).into_iter().map(flow).collect::<Vec<_>>(),
        "wasted": files.wasted_paths(first, report.top).into_iter().map(wasted).collect::<Vec<_>>(),
        "largest_files": files.largest_files(report.top).into_iter()
            .map(|(id, bytes, layer)| object!({"path": path(id), "bytes": bytes, "layer": layer + 1})).collect::<Vec<_>>(),
        "largest_folders": files.largest_folders(report.top).into_iter()
            .map(|(id, bytes)| object!({"path": path(id), "bytes": bytes})).collect::<Vec<_>>(),
        "duplicates": files.duplicates(first, report.top).into_iter()
            .map(|group| object!({"bytes": group.size, "extra_bytes": group.extra_bytes(),
                "paths": group.paths.iter().map(|&id| path(id)).collect::<Vec<_>>()})).collect::<Vec<_>>(),
        "notes": notes.chain(stacked).collect::<Vec<_>>(),
    }))
}

/// Two images side by side as one versioned object.
pub fn diff_json(diff: &ImageDiff) -> Value {
    let mut value = object!({"version": 1});
    merge(&mut value, serde_json::to_value(diff).unwrap_or_default());
    value
}

/// Many builds as one versioned object.
pub fn series_json(series: &Series) -> Value {
    let mut value = object!({"version": 1, "dedup_ratio": series.dedup_ratio()});
    merge(&mut value, serde_json::to_value(series).unwrap_or_default());
    value
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
