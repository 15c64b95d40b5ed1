package main

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func (s *metastoreSession) createCommand() *cobra.Command {
	var units types.ProvisionedThroughput
	var read, write int64
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make the table",
		Long: `Make the table that provider.store.table names, and wait until it can be used. A
table that exists with the right keys is left as it is. It is billed on demand,
or for the units that --read-units and --write-units provision. It needs no keys.`,
		Example: `  ddbcrypt metastore create --config users.yaml
  ddbcrypt metastore create --config users.yaml --read-units 5 --write-units 1`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var options []func(*dynamodb.CreateTableInput)
			if cmd.Flags().Changed("read-units") || cmd.Flags().Changed("write-units") {
				if read < 1 || write < 1 {
					return errors.New("give both --read-units and --write-units, each from 1")
				}
				units.ReadCapacityUnits, units.WriteCapacityUnits = &read, &write
				options = append(options, func(input *dynamodb.CreateTableInput) {
					input.BillingMode, input.ProvisionedThroughput = types.BillingModeProvisioned, &units
				})
			}
			ctx := cmd.Context()
			store, err := s.store(ctx, config.ManageStore)
			if err != nil {
				return err
			}
			created, err := metastore.CreateTable(ctx, store.Client, store.Table, options...)
			if errors.Is(err, cmp.ErrConfig) {
				return err // the table has other keys: another name is needed
			}
			if err != nil {
				return storeFailed(ctx, err)
			}
			text := fmt.Sprintf("created table %q", store.Table)
			if !created {
				text = fmt.Sprintf("table %q exists", store.Table)
			}
			return s.print(text, struct {
				Table   string `json:"table"`
				Created bool   `json:"created"`
			}{store.Table, created})
		},
	}
	cmd.Flags().Int64Var(&read, "read-units", 0, "provision `N` read capacity units")
	cmd.Flags().Int64Var(&write, "write-units", 0, "provision `N` write capacity units")
	return cmd
}
