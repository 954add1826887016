process.stderr.write('sluicebox: no command yet\n');
process.exitCode = 2;
