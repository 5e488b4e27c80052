"""llama-server out of its Python package, serving one GGUF file until it is ended.

  llama_server.py MODEL.gguf PORT
"""
import sys
import time

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.port = int(sys.argv[2])
parameters.cpuparams.n_threads = 2
parameters.n_ctx, parameters.n_parallel = 8192, 1
server = xllamacpp.Server(parameters)
while True:
    time.sleep(3600)
