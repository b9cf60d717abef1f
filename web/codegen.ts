// Makes the types of every GraphQL document from the API's committed schema.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../api/schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/graph/generated/**'],
  ignoreNoDocuments: true,
  generates: {
    './src/graph/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          NaiveDate: 'string',
          Position: 'string',
          MicroDollars: 'number',
          JSON: 'unknown',
        },
      },
    },
  },
};

export default config;
