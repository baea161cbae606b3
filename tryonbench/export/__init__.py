"""Methods as files that other runtimes read: ONNX, TorchScript, torch.export; and int8."""
