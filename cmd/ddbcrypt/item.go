package main

import (
	"github.com/spf13/cobra"
)

func itemCommand(s *session) *cobra.Command {
	item := groupCommand(&cobra.Command{
		Use:   "item",
		Short: "Work on items in files or on standard input",
		Long: `Work on items in DynamoDB JSON, one on each line of the files or of standard
input: {"id":{"S":"alice"}}, or {"Item":{…}} as in S3 exports; gzip is recognized.

Results go to standard output in the order of the input. A bad item is one line
on standard error, "ddbcrypt: FILE:LINE: reason", and exit code 1 at the end.`,
		Example: `  aws dynamodb scan --table-name users --output json | jq -c '.Items[]' |
      ddbcrypt item decrypt --config users.yaml
  ddbcrypt item diagnose --config users.yaml --table users-2019 export.json.gz`,
	})
	flags := item.PersistentFlags()
	flags.StringVar(&s.configFile, "config", "", "configuration `FILE` (default $"+configVariable+")")
	flags.BoolVar(&s.failFast, "fail-fast", false, "stop at the first bad item")
	flags.BoolVar(&s.verbose, "verbose", false, "say at the end on standard error how many items were handled")
	item.AddCommand(encryptCommand(s), decryptCommand(s), verifyCommand(s), inspectCommand(s), diagnoseCommand(s))
	return item
}
