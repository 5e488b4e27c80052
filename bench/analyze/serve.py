"""Serve a model with the llama-server that is inside the Python package xllamacpp.

usage: serve.py MODEL PORT THREADS CONTEXT_TOKENS

Prints the address. Ends when standard input does, so that it never outlives the process that started it.
"""
import sys

import xllamacpp


def main(model, port, threads, context):
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.port = int(port)
    params.cpuparams.n_threads = int(threads)
    params.n_ctx = int(context)
    params.n_parallel = 1  # one call at a time has the whole context
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
